//! French words that sentences hang on.

use super::{Builder, flag};

pub(super) fn add(b: &mut Builder) {
    grammar(b);
    verbs(b);
    people(b);
    sources(b);
}

fn grammar(b: &mut Builder) {
    b.flag(flag::DETERMINER, "le la les l' un une des ce cet cette ces son sa ses leur leurs notre nos mon ma mes votre vos \
        plusieurs quelques certains certaines chaque deux trois quatre cinq six sept huit neuf dix d'autres aucun aucune tout toute tous toutes");
    b.flag(flag::PLURAL, "les des ces ses leurs nos vos plusieurs certains certaines quelques deux trois quatre cinq six sept huit neuf dix tous toutes ils elles");
    b.flag(flag::FEMININE, "la une cette elle elles -t-elle -elle -t-elles -elles celle-ci celle-là certaines aucune toute toutes mme mlle madame mademoiselle");
    b.flag(flag::MASCULINE, "le un ce cet il ils -t-il -il -t-ils -ils celui-ci celui-là m mm monsieur aucun lui");
    b.flag(flag::INDEFINITE, "un une des certains certaines plusieurs quelques");
    b.flag(flag::OF, "de du des d'");
    b.flag(flag::PREPOSITION, "à au aux en dans sur sous par pour avec sans chez vers entre contre devant derrière depuis pendant durant \
        lors après avant auprès via selon d'après malgré envers parmi dès hors outre concernant jusqu' jusqu'à jusqu'au face grâce suite quant \
        notamment afin suivant à l'issue");
    b.flag(
        flag::PRONOUN,
        "il elle ils elles on je nous j' celui-ci celle-ci celui-là celle-là ceux-ci celles-ci tous celui celle ceux",
    );
    b.flag(flag::INVERTED, "-t-il -t-elle -t-ils -t-elles -t-on -il -elle -ils -elles -on -je -nous");
    b.flag(flag::PLURAL, "-t-ils -t-elles -ils -elles ceux-ci celles-ci");
    b.flag(flag::RELATIVE, "qui lequel laquelle lesquels lesquelles dont où duquel");
    b.flag(flag::QUE, "que qu'");
    b.flag(flag::CLITIC, "l' le la les lui leur y en se s' ne n' me m' nous vous");
    b.flag(flag::ADVERB, "également aussi encore ensuite ainsi toutefois cependant néanmoins notamment pourtant alors enfin donc même déjà jamais \
        toujours souvent récemment vivement fermement clairement longuement ouvertement publiquement officiellement simplement sobrement \
        sèchement longtemps immédiatement aussitôt finalement surtout vertement bien tout plus pas point beaucoup d'abord auparavant \
        précédemment catégoriquement brièvement rapidement solennellement régulièrement d'ailleurs justement vraiment seulement tôt tard \
        prudemment fortement violemment sévèrement d'emblée modestement humblement fièrement avant après depuis tant par ailleurs franchement \
        ironiquement unanimement explicitement implicitement formellement partiellement ici là hautement directement tristement \
        sagement calmement quelque peu davantage quant peut-être certes effectivement lapidairement laconiquement pudiquement \
        juste initialement parallèlement désormais maintenant doctement crûment abruptement nettement plutôt presque dernièrement");
    b.flag(flag::TIME, "lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre octobre \
        novembre décembre hier aujourd'hui demain matin soir midi après-midi nuit journée matinée soirée veille lendemain semaine mois \
        année an jour jours heures heure h soirée week-end dernier dernière prochain prochaine passé passée lors minuit printemps été automne hiver");
    b.flag(flag::CONJUNCTION, "et mais ou ni or puis");
    b.flag(
        flag::SUBORDINATOR,
        "si quand lorsque lorsqu' car parce puisque puisqu' alors tandis comme quoique pourquoi comment combien",
    );
    b.flag(
        flag::PARTICLE,
        "de du des d' la le van von der den al el ben bin ibn da di dos del della abd abu ould ag st",
    );
    b.flag(flag::STARTER, "le la les l' un une des ce cet cette ces il elle ils elles on nous je en dans pour mais et selon après avant depuis \
        si à au aux c' d' pourtant cependant ainsi enfin son sa ses leur leurs de du qui que quand puis or toutefois plus moins avec sans sur par \
        notre nos tout tous toute toutes aucun aucune d'après lors alors vers chez face interrogé interrogée contacté contactée invité invitée \
        certains certaines plusieurs quelques deux trois quatre cinq car comme lorsque aussi ici là voici voilà même malgré j' n' ne y \
        hier aujourd'hui lundi mardi mercredi jeudi vendredi samedi dimanche");
    b.flag(flag::ABBREVIATION, "m mm mme mmes mlle dr pr me mgr st ste art av bd cf etc ex fig hab no n° p pp vol éd env janv févr avr juil sept oct nov déc jr");
    b.flag(flag::TITLE, "m mm mme mmes mlle dr pr me mgr monsieur madame mademoiselle maître docteur professeur général colonel capitaine \
        commandant lieutenant amiral sir lord lady père abbé cardinal monseigneur cheikh sheikh imam reine roi prince princesse");
    b.flag(flag::ABBREVIATION, "gén col cap lt sgt");
}

fn verbs(b: &mut Builder) {
    b.flag(
        flag::HAVE,
        "a ont avait avaient aurait auraient ayant eut eurent aura auront ai avons avais ait aient avoir",
    );
    b.flag(
        flag::BE,
        "est sont était étaient serait seraient étant fut furent sera seront soit soient être suis sommes fût",
    );
    b.flag(flag::MODAL, "tient tenu tenait tiennent tenir veut voulu voulait veulent souhaite souhaité souhaitait peut pouvait pourrait \
        vient venait viennent vient ose osé va vont allait continue continué continuait aime aimait préfère préféré doit devait dû cru \
        commence commencé commençait finit fini poursuit plaît empresse empressé hésite hésité contente contenté borne borné");
    b.flag(flag::OTHER_VERB, "peut peuvent pouvait pouvaient pourrait pourraient doit doivent devait devaient devrait devraient va vont allait \
        allaient fait font faisait faisaient ferait veut veulent vient viennent venait reste restent restait prend prennent prenait prit \
        donne donnent permet permettent semble semblent semblait semblaient devient deviennent devenait passe passent arrive arrivent \
        compte comptent refuse refusé décide décident décidé tente tentent tenté signe signé publie publié perd perdent perdu gagne gagnent \
        part partent parti sort sortent ouvre ouvrent suit suivent attend attendent attendait trouve trouvent trouvait trouvaient tombe \
        tombent cherche cherchent vit vivent sait savent connaît connaissent existe existent concerne concernent rend rendent représente \
        représentent constitue constituent provoque provoqué demeure demeurent subit subissent obtient obtiennent obtenu reçoit reçoivent reçu \
        bat battent remporte remportent remporté participe participent travaille travaillent agit risque risquent bénéficie dispose disposent \
        possède possèdent compose composent touche touchent effectue effectué intervient interviennent porte portent entend entendent \
        gère gèrent accueille accueillent figure figurent appartient appartiennent comporte comportent comprend comprennent contient contiennent");
    b.flag(flag::INFINITIVE, "avoir être vouloir pouvoir devoir faire prendre mettre aller venir voir savoir croire craindre attendre tenir comprendre \
        travailler ignorer vivre disposer chercher recevoir souhaiter penser espérer suivre perdre partir soutenir regretter craindre \
        poursuivre ouvrir garder rester compter connaître préférer maintenir refuser rejeter accepter retirer quitter lancer étudier \
        envisager engager renoncer respecter détenir posséder suspendre reporter annuler fermer ne n'");
}

fn people(b: &mut Builder) {
    // Roles with a masculine form only or a form for both.
    b.flag(flag::ROLE | flag::MASCULINE, "président ministre premier-ministre directeur député sénateur maire préfet procureur avocat juge conseiller \
        porte-parole secrétaire chef patron pdg fondateur cofondateur co-fondateur gouverneur ambassadeur général colonel capitaine commandant \
        entraîneur entraineur sélectionneur joueur attaquant gardien défenseur milieu champion nageur coureur pilote chercheur professeur scientifique \
        physicien historien sociologue politologue économiste analyste expert spécialiste médecin docteur épidémiologiste virologue climatologue écrivain auteur \
        réalisateur acteur comédien chanteur musicien artiste peintre journaliste rédacteur éditorialiste présentateur animateur producteur responsable dirigeant représentant \
        délégué militant syndicaliste élu candidat opposant leader monarque roi prince pape évêque cardinal archevêque imam prêtre vice-président chancelier \
        commissaire policier officier gendarme soldat lieutenant magistrat greffier témoin habitant riverain voisin père fils frère mari époux oncle cousin ami collègue patient \
        étudiant lycéen professeur enseignant instituteur agriculteur éleveur pêcheur ouvrier salarié employé retraité commerçant entrepreneur industriel banquier homme garçon jeune \
        quinquagénaire trentenaire quadragénaire sexagénaire eurodéputé parlementaire diplomate émissaire envoyé médiateur négociateur observateur coordinateur coordonnateur \
        administrateur gérant propriétaire locataire fonctionnaire agent inspecteur enquêteur pompier secouriste urgentiste chirurgien psychologue psychiatre infirmier \
        astronome astrophysicien biologiste géologue ingénieur architecte informaticien développeur athlète cycliste skieur boxeur judoka footballeur handballeur rugbyman basketteur \
        arbitre consul recteur doyen bâtonnier notaire huissier eurodéputé conférencier consultant tireur-élite survivant rescapé manifestant gréviste bénévole humoriste \
        blogueur youtubeur influenceur milliardaire philanthrope dissident réfugié migrant touriste passager conducteur chauffeur vendeur client consommateur usager \
        premier numéro bras-droit successeur prédécesseur homologue intéressé suspect accusé prévenu détenu coprésident co-président sous-secrétaire vice-ministre \
        monsieur skipper navigateur alpiniste guide maraîcher viticulteur vigneron boulanger restaurateur cuisinier designer couturier créateur photographe");
    b.flag(flag::ROLE | flag::FEMININE, "présidente ministre directrice députée sénatrice maire mairesse préfète procureure avocate juge conseillère \
        porte-parole secrétaire cheffe patronne fondatrice cofondatrice gouverneure ambassadrice entraîneuse joueuse attaquante gardienne championne nageuse coureuse pilote \
        chercheuse chercheure professeure scientifique physicienne historienne sociologue politologue économiste analyste experte spécialiste médecin épidémiologiste climatologue \
        écrivaine auteure autrice réalisatrice actrice comédienne chanteuse musicienne artiste peintre journaliste rédactrice éditorialiste présentatrice animatrice productrice \
        responsable dirigeante représentante déléguée militante syndicaliste élue candidate opposante reine princesse vice-présidente chancelière commissaire policière magistrate \
        témoin habitante riveraine voisine mère fille sœur soeur épouse femme tante cousine amie collègue veuve patiente étudiante lycéenne enseignante institutrice agricultrice ouvrière salariée \
        employée retraitée commerçante entrepreneuse quinquagénaire trentenaire eurodéputée parlementaire diplomate émissaire envoyée médiatrice négociatrice \
        coordinatrice administratrice gérante propriétaire locataire fonctionnaire agente inspectrice infirmière psychologue astronome biologiste ingénieure athlète cycliste skieuse \
        rescapée survivante manifestante bénévole humoriste blogueuse dissidente réfugiée touriste passagère conductrice vendeuse cliente usagère homologue intéressée suspecte accusée première");
    b.flag(flag::PLURAL, "ministres présidents députés sénateurs maires avocats experts chercheurs scientifiques spécialistes économistes analystes médecins responsables \
        dirigeants représentants militants syndicalistes élus candidats opposants témoins habitants riverains voisins parents proches enquêteurs policiers gendarmes pompiers secouristes \
        soldats militaires magistrats juges journalistes joueurs salariés employés ouvriers étudiants lycéens enseignants professeurs agriculteurs retraités médias médecins auteurs organisateurs \
        manifestants grévistes syndicats associations autorités partis pays diplomates parlementaires observateurs commentateurs historiens sociologues astronomes physiciens biologistes rebelles \
        talibans insurgés avocates victimes familles passagers usagers consommateurs clients astrophysiciens fonctionnaires partisans détracteurs défenseurs critiques opposantes fans supporters");
    b.flag(flag::ROLE, "ministres présidents députés sénateurs maires avocats experts chercheurs scientifiques spécialistes économistes analystes médecins responsables \
        dirigeants représentants militants syndicalistes élus candidats opposants témoins habitants riverains voisins parents proches enquêteurs policiers gendarmes pompiers secouristes \
        soldats militaires magistrats juges journalistes joueurs salariés employés ouvriers étudiants lycéens enseignants professeurs agriculteurs retraités auteurs organisateurs \
        manifestants grévistes diplomates parlementaires observateurs commentateurs historiens sociologues astronomes physiciens biologistes astrophysiciens fonctionnaires partisans détracteurs");
}

fn sources(b: &mut Builder) {
    b.flag(flag::GROUP, "police gendarmerie armée gouvernement ministère préfecture mairie parquet tribunal cour justice procureurs présidence élysée matignon \
        parti syndicat association organisation ong fondation fédération confédération union comité commission conseil assemblée sénat parlement congrès chambre \
        société entreprise compagnie groupe firme banque agence chaîne journal quotidien hebdomadaire magazine radio télévision site média médias presse rédaction \
        équipe club ligue famille direction administration autorité autorités état partie délégation ambassade mission collectif mouvement coalition opposition majorité \
        pays nation nations royaume république maison-blanche université institut laboratoire école hôpital centre observatoire office bureau service services secours \
        agence studio éditeur constructeur opérateur fabricant studio exécutif chancellerie diplomatie kremlin pentagone population habitants public foule région ville commune \
        département province district métropole municipalité collectivité protection communauté église vatican saint-siège secrétariat cabinet régulateur instance milice rébellion");
    b.flag(flag::FEMININE, "police gendarmerie armée préfecture mairie cour justice présidence association organisation ong fondation fédération confédération union commission \
        assemblée chambre société entreprise compagnie firme banque agence chaîne radio télévision presse rédaction équipe ligue famille direction administration autorité \
        partie délégation ambassade mission coalition opposition majorité nation république université école source diplomatie population région ville commune province métropole \
        municipalité collectivité protection communauté église instance milice rébellion personne victime star vedette");
    b.flag(flag::MASCULINE, "gouvernement ministère parquet tribunal parti syndicat comité conseil sénat parlement congrès groupe journal quotidien hebdomadaire magazine site média \
        club état collectif mouvement pays royaume institut laboratoire hôpital centre observatoire office bureau service studio éditeur constructeur opérateur fabricant exécutif kremlin \
        pentagone public département district vatican secrétariat cabinet régulateur");
    b.flag(flag::ANONYMOUS, "source sources anonymat anonyme");
    b.flag(flag::NO_SOURCE, "constatations éléments estimations estimation analyses calculs chiffres statistiques données bilan bilans résultats prévisions projections \
        sondage sondages modalités termes conditions critères règles informations cas besoins circonstances moyens goûts plan loi article lois code tradition légende \
        hypothèse hypothèses scénario modèle modèles théorie méthode méthodes type nature lieu âge origine formule accord calendrier classement indicateurs \
        ordre ordres règlement époques saison saisons usage usages habitude procédure protocole rumeurs rumeur principe probabilité apparences évaluations évaluation");
    b.flag(
        flag::SAYING,
        "mots propos termes dires paroles expression formule déclarations témoignage récit version avis yeux aveu",
    );
    b.flag(flag::VESSEL, "communiqué tribune lettre message tweet interview entretien déclaration discours rapport note courrier billet post vidéo allocution texte pétition \
        motion maxime slogan statut publication commentaire éditorial document témoignage");
}
