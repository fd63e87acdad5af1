//! French reporting verbs.

use super::conjugate::french_regular;
use super::{Builder, form};

/// Regular verbs: infinitive and class (s speech, o opinion, n a clause or marks right beside, q words between
/// marks only, w marks only and right beside).
const REGULAR: &str = "affirmer s déclarer s annoncer s expliquer s préciser s ajouter s souligner s assurer s indiquer s \
    estimer o rappeler s confier s raconter s insister s confirmer n marteler s rétorquer s répliquer s protester s plaider s \
    arguer s argumenter s noter s observer s remarquer s relever n signaler n révéler n relater s rapporter s témoigner s jurer s \
    clamer s proclamer s alerter s informer s alléguer s avouer s concéder s considérer o constater s commenter q nier s \
    dénoncer q déplorer s deviner o exiger s demander s espérer o exhorter q fulminer q fustiger q glisser w gronder q hurler s \
    crier s ironiser q interroger w invoquer q juger o justifier q lâcher w lancer w menacer q murmurer s objecter s opiner q \
    ordonner n penser o pester q postuler s préconiser s présager s prôner q questionner w railler q rassurer w réaffirmer s \
    réclamer s recommander s regretter s réitérer s renchérir q répéter s résumer q alarmer w agacer q amuser w emporter w \
    étonner n exclamer s indigner s inquiéter n insurger q offusquer q désoler q féliciter s réjouir s lamenter q vanter q \
    spécifier s stipuler s suggérer s supposer o supplier q tempérer q tempêter q tonner q trancher w twitter s tweeter s \
    vociférer q analyser q appeler q accuser q saluer q évoquer q qualifier q parler q critiquer q condamner q détailler w \
    développer w nuancer q minimiser q compléter w continuer w enchaîner w embrayer w finir w débuter w commencer w \
    riposter s rebondir w soupirer q souffler w pointer q exprimer w énoncer s avertir s réagir w gémir q \
    applaudir q citer w communiquer n poster w conseiller s revendiquer q reprocher s rejeter q réfuter s contester s récuser q \
    balayer w taxer q traiter q désigner w présenter w évaluer o avancer n démontrer n montrer n souhaiter o redouter o \
    anticiper o imaginer o prétexter s argüer s acquiescer q approuver q désapprouver q plaisanter q blaguer q philosopher q \
    théoriser q prophétiser s pronostiquer s certifier s attester s admonester q sermonner q tancer q brocarder q moquer q \
    dénigrer q étriller q éreinter q louer q encenser q célébrer w remercier q implorer q marmonner q bougonner q grommeler q \
    bredouiller q balbutier q bafouiller q chuchoter q susurrer q scander q chanter w lister w énumérer w \
    pérorer q éructer q aboyer q asséner q assener q persifler q dramatiser q relativiser q positiver q concilier w \
    surenchérir q réprouver q stigmatiser q déclamer q annoter w enjoindre w inviter q inciter w encourager w mentionner s \
    préjuger w subodorer o soupçonner o craquer w jubiler q abonder w acquiescer w ponctuer w préjuger w témoigner s pondérer w tonitruer w ricaner w esclaffer w pleurer w sangloter w remémorer w hésiter w  exulter q enthousiasmer q ";

/// Irregular verbs: infinitive, class, finite forms / participles / present participle.
const IRREGULAR: &[(&str, char, &str, &str, &str)] = &[
    ("dire", 's', "dit disent disait disaient dirent dira diront dirait diraient", "dit dite dits dites", "disant"),
    ("redire", 's', "redit redisent redisait redirent redira", "redit redite redits", "redisant"),
    ("prédire", 's', "prédit prédisent prédisait prédirent prédira", "prédit prédite", "prédisant"),
    ("contredire", 'q', "contredit contredisent contredisait", "contredit contredite", "contredisant"),
    (
        "écrire",
        's',
        "écrit écrivent écrivait écrivaient écrivit écrivirent écrira écrirait",
        "écrit écrite écrits écrites",
        "écrivant",
    ),
    (
        "décrire",
        'q',
        "décrit décrivent décrivait décrivaient décrivit décrira",
        "décrit décrite décrits décrites",
        "décrivant",
    ),
    (
        "répondre",
        's',
        "répond répondent répondait répondaient répondit répondirent répondra répondrait",
        "répondu",
        "répondant",
    ),
    (
        "reconnaître",
        's',
        "reconnaît reconnait reconnaissent reconnaissait reconnaissaient reconnut reconnurent reconnaîtra",
        "reconnu",
        "reconnaissant",
    ),
    ("admettre", 's', "admet admettent admettait admettaient admit admirent admettra", "admis", "admettant"),
    ("promettre", 's', "promet promettent promettait promettaient promit promirent promettra", "promis", "promettant"),
    ("émettre", 'w', "émet émettent émettait", "émis", "émettant"),
    (
        "soutenir",
        's',
        "soutient soutiennent soutenait soutenaient soutint soutinrent soutiendra",
        "soutenu",
        "soutenant",
    ),
    ("maintenir", 's', "maintient maintiennent maintenait maintenaient maintint maintiendra", "maintenu", "maintenant"),
    (
        "prévenir",
        's',
        "prévient préviennent prévenait prévenaient prévint prévinrent préviendra",
        "prévenu prévenue prévenus",
        "prévenant",
    ),
    ("convenir", 's', "convient conviennent convenait convint", "convenu", "convenant"),
    ("retenir", 'w', "retient retiennent retenait", "retenu", "retenant"),
    ("prétendre", 's', "prétend prétendent prétendait prétendaient prétendit prétendra", "prétendu", "prétendant"),
    ("défendre", 'q', "défend défendent défendait défendaient défendit", "défendu défendue", "défendant"),
    ("conclure", 'n', "conclut concluent concluait concluaient conclurent conclura", "conclu", "concluant"),
    ("poursuivre", 'w', "poursuit poursuivent poursuivait poursuivaient poursuivit", "poursuivi", "poursuivant"),
    ("reprendre", 'w', "reprend reprennent reprenait reprit", "repris", "reprenant"),
    ("croire", 'o', "croit croient croyait croyaient crut", "cru", "croyant"),
    ("savoir", 'w', "sait savent savait", "su", "sachant"),
    ("craindre", 'o', "craint craignent craignait craignaient craignit", "craint", "craignant"),
    ("plaindre", 's', "plaint plaignent plaignait plaignaient plaignit", "plaint plainte", "plaignant"),
    ("vouloir", 'w', "veut veulent voulait voulaient voulut", "voulu", "voulant"),
    ("voir", 'w', "voit voient voyait voyaient vit", "vu", "voyant"),
    ("prévoir", 'n', "prévoit prévoient prévoyait prévoyaient", "prévu", "prévoyant"),
    ("démentir", 's', "dément démentent démentait démentaient démentit", "démenti", "démentant"),
    ("souvenir", 's', "souvient souviennent souvenait souvint", "souvenu souvenue", "souvenant"),
    ("sourire", 'w', "sourit sourient souriait", "souri", "souriant"),
    ("rire", 'w', "rit rient riait", "ri", "riant"),
    ("lire", 'w', "lit lisait", "lu", "lisant"),
    ("entendre", 'w', "entend entendait", "entendu", "entendant"),
    ("apprendre", 'n', "apprend apprennent apprenait", "appris", "apprenant"),
    ("sous-entendre", 's', "sous-entend sous-entendait", "sous-entendu", "sous-entendant"),
    ("faire", 'w', "fait font faisait faisaient fit firent fera", "fait", "faisant"),
    ("laisser", 'w', "laisse laissent laissait laissaient laissa", "laissé", "laissant"),
    ("mettre", 'w', "met mettent mettait mettaient mit", "mis", "mettant"),
    ("tenir", 'w', "tient tiennent tenait tenaient tint", "tenu", "tenant"),
    ("établir", 'n', "établit établissent établissait", "établi", "établissant"),
    ("garantir", 'n', "garantit garantissent garantissait", "garanti", "garantissant"),
    ("mentir", 'w', "ment mentait", "menti", "mentant"),
    ("enorgueillir", 'q', "enorgueillit enorgueillissait", "enorgueilli", "enorgueillissant"),
];

pub(super) fn add(builder: &mut Builder) {
    let mut words = REGULAR.split_whitespace();
    while let (Some(infinitive), Some(class)) = (words.next(), words.next()) {
        let forms = french_regular(infinitive);
        builder.verb(infinitive, class.chars().next().unwrap_or('q'));
        builder.forms(form::INFINITIVE, [infinitive]);
        builder.forms(form::FINITE, &forms.finite);
        builder.forms(form::PARTICIPLE, &forms.participles);
        builder.forms(form::GERUND, [forms.gerund]);
    }
    for (infinitive, class, finite, participles, gerund) in IRREGULAR {
        builder.verb(infinitive, *class);
        builder.forms(form::INFINITIVE, [*infinitive]);
        builder.forms(form::FINITE, finite.split_whitespace());
        builder.forms(form::PARTICIPLE, participles.split_whitespace());
        builder.forms(form::GERUND, [*gerund]);
    }
}
