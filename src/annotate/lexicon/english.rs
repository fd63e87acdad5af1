//! English reporting verbs.

use super::conjugate::english_regular;
use super::{Builder, form};

/// Regular verbs: infinitive and class (s speech, o opinion, n a clause or marks right beside, q words between
/// marks only, w marks only and right beside).
const REGULAR: &str = "claim s announce s explain s add s note s warn s report n argue s insist s confirm s deny s admit- s acknowledge s concede s \
    declare s state s stress s emphasize s emphasise s suggest s allege s assert s maintain s contend s complain s predict s promise s reveal n disclose s \
    recall s remark s reply s respond s answer s testify s joke s quip- s lament s observe s point w vow s pledge s reiterate s repeat s recount s \
    affirm s agree s advise s caution s clarify n comment q continue w conclude n counter s cry s demand s describe q detail w estimate o exclaim s \
    express w indicate s inform s inquire s interject q mention s mumble s murmur s mutter s object s opine s order w praise q proclaim s propose s protest s question q \
    recommend s relate w remember s remind s request w retort s roar q scream s shout s sigh q signal n snap- q speculate s \
    stipulate s tweet s underline s underscore s urge q whisper s yell s ask q call q label q dub- q brand q term q blast q slam- q denounce q criticize q criticise q \
    condemn q hail q welcome q dismiss q reject q mock q decry q attack w blame q accuse q hope o believe o expect o fear o worry o guess o doubt o assume o \
    consider o suspect o wonder q surmise o deem q reason s boast s brag- s rail q tout q hint s imply s profess s attest s plead q crow q rant q chide q scold q \
    cite q text q post s blog- q recite q start w begin w conclude s muse q marvel q wail q beg- q assure s reassure s notify s apologize q apologise q \
    cheer w chime w echo q fume q gush q grumble q intone q enthuse q jest q lecture w preach q pronounce q quote w refer w rejoice q reflect q rejoin q \
    concur- s theorize s hypothesize s postulate s posit s counsel s elaborate q explain s contemplate w pen w laugh w smile w shrug- w nod- w \
    thunder s boom q bark q snarl q sneer q scoff q deadpan- q chuckle w grin- w stammer q whine q groan q bellow q holler q sob- q venture s \
    reckon o fret- o bemoan q bristle q interrupt q threaten q tease q gasp q ";

/// Irregular verbs: infinitive, class, third person and past / past participle / gerund.
const IRREGULAR: &[(&str, char, &str, &str, &str)] = &[
    ("say", 's', "says said say", "said", "saying"),
    ("tell", 's', "tells told tell", "told", "telling"),
    ("write", 's', "writes wrote write", "written", "writing"),
    ("think", 'o', "thinks thought think", "thought", "thinking"),
    ("feel", 'o', "feels felt feel", "felt", "feeling"),
    ("know", 'w', "knows knew", "known", "knowing"),
    ("swear", 's', "swears swore", "sworn", "swearing"),
    ("speak", 'q', "speaks spoke", "spoken", "speaking"),
    ("find", 'n', "finds found", "found", "finding"),
    ("show", 'n', "shows showed", "shown", "showing"),
    ("read", 'w', "reads read", "read", "reading"),
    ("go", 'w', "goes went", "gone", "going"),
    ("see", 'w', "sees saw", "seen", "seeing"),
    ("make", 'w', "makes made", "made", "making"),
    ("bid", 'w', "bids", "bidden", "bidding"),
    ("foresee", 'o', "foresees foresaw", "foreseen", "foreseeing"),
    ("forecast", 'o', "forecasts forecast", "forecast", "forecasting"),
    ("understand", 'w', "understands understood", "understood", "understanding"),
    ("hear", 'w', "hears heard", "heard", "hearing"),
    ("deem", 'q', "deems deemed", "deemed", "deeming"),
    ("sing", 'w', "sings sang", "sung", "singing"),
];

/// Verbs whose base form is finite with `they`, `we` and plural nouns and seldom a noun.
const BASE_FINITE: &str = "claim argue insist believe expect hope fear warn deny suggest agree admit contend maintain allege predict estimate worry complain";

pub(super) fn add(builder: &mut Builder) {
    let mut words = REGULAR.split_whitespace();
    while let (Some(word), Some(class)) = (words.next(), words.next()) {
        let infinitive = word.trim_end_matches('-');
        let mut forms = english_regular(infinitive);
        if word.ends_with('-') {
            // The last consonant is doubled: `admitted`, `quipping`.
            let doubled = infinitive.chars().last().map_or(String::new(), |c| format!("{infinitive}{c}"));
            forms.finite[1] = format!("{doubled}ed");
            forms.participles = vec![format!("{doubled}ed")];
            forms.gerund = format!("{doubled}ing");
        }
        builder.verb(infinitive, class.chars().next().unwrap_or('q'));
        builder.forms(form::FINITE, &forms.finite);
        builder.forms(form::PARTICIPLE, &forms.participles);
        builder.forms(form::GERUND, [forms.gerund]);
        builder.forms(form::INFINITIVE, [infinitive]);
        if BASE_FINITE.split_whitespace().any(|verb| verb == infinitive) {
            builder.forms(form::FINITE, [infinitive]);
        }
    }
    for (infinitive, class, finite, participle, gerund) in IRREGULAR {
        builder.verb(infinitive, *class);
        builder.forms(form::FINITE, finite.split_whitespace());
        builder.forms(form::PARTICIPLE, [*participle]);
        builder.forms(form::GERUND, [*gerund]);
        builder.forms(form::INFINITIVE, [*infinitive]);
    }
}
