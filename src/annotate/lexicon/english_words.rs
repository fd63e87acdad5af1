//! English words that sentences hang on.

use super::{Builder, flag};

pub(super) fn add(b: &mut Builder) {
    grammar(b);
    verbs(b);
    people(b);
    sources(b);
}

fn grammar(b: &mut Builder) {
    b.flag(flag::DETERMINER, "the a an this these those his her its their our my your some many several most few both another other each every all two three four five six seven eight nine ten no one");
    b.flag(
        flag::PLURAL,
        "these those some many several most few both two three four five six seven eight nine ten they we",
    );
    b.flag(flag::INDEFINITE, "a an some many several another one");
    b.flag(flag::FEMININE, "she her mrs ms miss madam herself");
    b.flag(flag::MASCULINE, "he his mr himself sir");
    b.flag(flag::OF, "of");
    b.flag(flag::PREPOSITION, "in on at by for with from to into about against between among during before after over under through since until via near \
        within without despite toward towards outside inside behind across around along upon regarding following amid alongside per beyond \
        including like unlike besides");
    b.flag(flag::PRONOUN, "he she they it we i you");
    b.flag(flag::RELATIVE, "who which whose whom where");
    b.flag(flag::QUE, "that");
    b.flag(flag::CLITIC, "not never n't");
    b.flag(flag::ADVERB, "also then later earlier recently now again even still just already once previously simply flatly repeatedly publicly privately quickly \
        bluntly angrily quietly sarcastically jokingly famously reportedly allegedly further always often only ever however meanwhile instead \
        therefore thus so too first finally initially immediately specifically explicitly openly strongly clearly consistently long since officially formally \
        falsely wrongly correctly rightly emphatically firmly separately similarly subsequently additionally sharply harshly directly tearfully proudly defiantly");
    b.flag(flag::TIME, "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december \
        yesterday today tomorrow tonight morning afternoon evening night week month year midnight noon last next jan feb mar apr jun jul aug sept oct nov dec weekend day days weeks months years ago");
    b.flag(flag::CONJUNCTION, "and but or nor yet");
    b.flag(
        flag::SUBORDINATOR,
        "if when because while although though whereas unless since whether why how what than after before until once",
    );
    b.flag(flag::PARTICLE, "de da di del della van von der den la le al el bin ben ibn dos st");
    b.flag(flag::STARTER, "the a an this that these those he she they it we i you in on at by for with from but and so as when if after before while although though since \
        his her its their our my there here what who why how not no yes meanwhile however still now then also some many most all both one two three \
        according asked speaking despite during under over last next earlier later yesterday today monday tuesday wednesday thursday friday saturday sunday \
        officials police critics supporters residents witnesses another other few several instead because until once even just only perhaps maybe");
    b.flag(flag::ABBREVIATION, "mr mrs ms dr prof sen rep gov gen col lt sgt capt cmdr adm maj rev hon st jr sr pres supt insp det co corp inc ltd no vs jan feb mar apr jun jul aug sept sep oct nov dec ave blvd dept u.s u.k u.n \
        fr msgr ft mt assn bros ariz calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo a.m p.m e.g i.e atty spc pvt cpl u.s. u.k. u.n. p.m. a.m. e.g. i.e.");
    b.flag(flag::TITLE, "mr mrs ms miss dr prof professor sen senator rep representative gov governor president judge justice sir lord lady dame king queen prince princess pope cardinal bishop \
        archbishop rev reverend father sister gen general col colonel lt lieutenant sgt sergeant capt captain maj major adm admiral officer detective chief minister secretary \
        chancellor mayor ambassador congressman congresswoman councilman councilwoman commissioner sheriff coach attorney prime vice");
}

fn verbs(b: &mut Builder) {
    b.flag(flag::HAVE, "has have had having 've 'd");
    b.flag(flag::BE, "is are was were be been being am isn't wasn't aren't weren't");
    b.flag(flag::MODAL, "would will could can should may might must did does do didn't doesn't don't wouldn't won't couldn't can't cannot went goes used");
    b.flag(flag::OTHER_VERB, "would will could can should might must did does do didn't doesn't don't wouldn't won't couldn't can't cannot went goes \
        made makes took takes gave gives got gets came comes became becomes remained remains appeared seemed seems wanted wants began begins tried tries held holds \
        kept keeps left leaves ran runs sent put puts met meets won wins lost loses led leads brought brings set sets faced faces died killed arrested charged convicted resigned \
        signed voted passed approved issued released opened closed filed launched visited arrived returned worked lived served played scored moved turned used helped continued \
        plans planned needs needed looks looked stood stands sat lies includes included says fell rose gained climbed dropped caused forced pushed pulled");
}

fn people(b: &mut Builder) {
    let roles = "president minister premier director lawmaker congressman congresswoman senator representative mayor governor prosecutor attorney lawyer judge adviser advisor counselor spokesman \
        spokeswoman spokesperson secretary chief boss chairman chairwoman chair founder co-founder cofounder ambassador general colonel captain commander coach manager player striker goalkeeper \
        defender midfielder champion swimmer runner driver researcher professor scientist physicist historian sociologist economist analyst expert specialist doctor physician epidemiologist writer author \
        filmmaker director actor actress singer musician artist painter journalist reporter editor columnist presenter anchor host producer leader representative delegate activist candidate opponent monarch king queen prince princess pope bishop \
        cardinal archbishop imam priest pastor vice-president chancellor commissioner policeman policewoman officer soldier lieutenant sergeant magistrate witness resident neighbor neighbour father mother son daughter brother sister \
        husband wife uncle aunt cousin friend colleague patient student teacher farmer worker employee retiree businessman businesswoman entrepreneur banker man woman boy girl teenager diplomat envoy mediator negotiator observer coordinator \
        administrator owner tenant official aide agent inspector detective investigator firefighter paramedic surgeon psychologist nurse astronomer biologist geologist engineer architect developer athlete cyclist skier boxer quarterback \
        referee consul dean survivor protester demonstrator volunteer comedian blogger billionaire dissident refugee migrant tourist passenger pilot salesman customer shopper voter democrat republican conservative lieutenant-governor speaker \
        ceo cfo coo executive exec vice treasurer superintendent sheriff deputy counterpart successor predecessor teammate partner spokesmen trader strategist investor broker fisherman lecturer fellow victim suspect defendant plaintiff juror \
        designer chef photographer novelist poet biographer veteran insider";
    b.flag(flag::ROLE, roles);
    b.flag(flag::FEMININE, "spokeswoman congresswoman chairwoman actress queen princess policewoman mother daughter sister wife aunt businesswoman woman girl councilwoman");
    b.flag(flag::MASCULINE, "spokesman congressman chairman king prince policeman father son brother husband uncle businessman man boy pope priest");
    let plurals = "officials lawmakers experts analysts economists researchers scientists doctors police authorities prosecutors investigators lawyers attorneys witnesses residents neighbors neighbours parents \
        relatives critics supporters opponents activists protesters demonstrators organizers organisers democrats republicans conservatives senators ministers leaders executives diplomats aides advisers advisors rebels militants \
        students teachers workers farmers traders investors historians observers commentators firefighters soldiers detectives families victims voters fans people employees judges sources media companies unions groups countries passengers players";
    b.flag(flag::PLURAL, plurals);
    b.flag(flag::ROLE, "officials lawmakers experts analysts economists researchers scientists doctors prosecutors investigators lawyers attorneys witnesses residents neighbors neighbours parents relatives critics supporters \
        opponents activists protesters demonstrators organizers organisers democrats republicans senators ministers leaders executives diplomats aides advisers advisors students teachers workers farmers traders investors historians observers");
}

fn sources(b: &mut Builder) {
    b.flag(flag::GROUP, "police army government ministry department court party union association organization organisation foundation federation committee commission council assembly senate house parliament congress \
        company firm group bank agency network channel newspaper magazine radio station website media press team club league family administration authority authorities state delegation embassy coalition opposition majority country nation \
        university institute laboratory school hospital center centre observatory office bureau service staff board panel campaign kremlin pentagon public military navy corporation manufacturer maker airline retailer operator regulator watchdog charity \
        city county district church vatican secretariat cabinet study report statement poll survey lawsuit complaint indictment paper outlet publication force militia");
    b.flag(flag::ANONYMOUS, "source sources anonymity anonymous");
    b.flag(flag::NO_SOURCE, "estimates estimate data figures statistics results rules terms conditions circumstances law plan schedule tradition legend forecasts calculations");
    b.flag(flag::SAYING, "words account accounts version view views");
    b.flag(flag::VESSEL, "statement letter message tweet interview speech report note memo email e-mail post video op-ed editorial essay article blog testimony document caption remarks briefing");
}
