//! Words that are denied, refused, asked for, wished or supposed are no quotes.

use super::check;

#[test]
fn words_that_nobody_said_are_no_french_quotes() {
    for body in [
        "Anne Morel n'a jamais dit que la digue tiendrait.",
        "Anne Morel nie avoir parlé de « trahison pure et simple ».",
        "La ministre dément avoir déclaré que « la digue allait céder ».",
        "Anne Morel a refusé de dire que la digue tiendrait.",
        "Personne n'a affirmé que la digue tiendrait.",
        "Si Anne Morel déclare que la digue tiendra, le chantier s'arrêtera.",
        "S'il annonce que la digue tiendra, le chantier s'arrêtera.",
        "Lorsque Anne Morel annoncera que la digue est finie, le port rouvrira.",
        "Anne Morel pourrait annoncer lundi que la digue est finie.",
        "Les riverains veulent que la mairie reconnaisse que la digue est vieille.",
        "Anne Morel a-t-elle promis que la digue tiendrait ?",
        "Ni la mairie ni le port n'ont affirmé que la digue tiendrait.",
        "Il est faux que la mairie ait dit que la digue tiendrait.",
        "La mairie aurait dû dire que la digue tiendrait.",
        "On ignore si la mairie a dit que la digue tiendrait.",
        "Anne Morel se défend d'avoir parlé de « trahison pure et simple ».",
        "Contrairement à la rumeur, Anne Morel n'a pas déclaré : « La digue tiendra. »",
    ] {
        check("fr", &[(body, &[])]);
    }
}

#[test]
fn words_that_nobody_said_are_no_english_quotes() {
    for body in [
        "Anna Bell never said that the bridge was safe.",
        "Anna Bell denied calling the bridge \"a danger to us all\".",
        "Anna Bell denied that she had told workers \"the bridge will fall\".",
        "Anna Bell refused to say that the bridge was safe.",
        "No official said that the bridge was safe.",
        "None of the engineers said that the bridge was safe.",
        "If Anna Bell, the mayor, says that the bridge is safe, work will stop.",
        "Unless the mayor says that the bridge is safe, work will stop.",
        "Anna Bell might announce on Monday that the bridge is safe.",
        "Anna Bell could have said that the bridge was safe.",
        "Residents want the mayor to say that the bridge is safe.",
        "Had the mayor warned that the bridge was weak, nobody would have crossed.",
        "Has the mayor said that the bridge is safe?",
        "Should the mayor say that the bridge is safe, work will stop.",
        "It is not true that the mayor said that the bridge was safe.",
        "The mayor would have said that the bridge was safe.",
        "The mayor isn't saying that the bridge is safe.",
        "The mayor rejected claims that she had called the bridge \"a danger to us all\".",
    ] {
        check("en", &[(body, &[])]);
    }
}

#[test]
fn statements_beside_a_denial_or_a_condition_are_quotes() {
    check(
        "fr",
        &[
            ("« C'est faux », dément Anne Morel.", &[("C'est faux", "Anne Morel")]),
            (
                "Anne Morel a démenti : « Je n'ai jamais parlé de la digue. »",
                &[("Je n'ai jamais parlé de la digue.", "Anne Morel")],
            ),
            (
                "Si la digue cède, a prévenu Anne Morel, « nous partirons tous ».",
                &[("nous partirons tous", "Anne Morel")],
            ),
            (
                "Anne Morel n'a pas hésité à parler de « trahison pure et simple ».",
                &[("trahison pure et simple", "Anne Morel")],
            ),
            (
                "Les riverains partent même si Anne Morel affirme que la digue tiendra.",
                &[("que la digue tiendra", "Anne Morel")],
            ),
            (
                "S'il juge la digue « à bout de souffle », Paul Roux refuse de la fermer.",
                &[("à bout de souffle", "il")],
            ),
            (
                "Paul Roux ne voit « aucune raison de fermer la digue ».",
                &[("aucune raison de fermer la digue", "Paul Roux")],
            ),
            ("« Que voulez-vous ? », a lancé Anne Morel.", &[("Que voulez-vous ?", "Anne Morel")]),
        ],
    );
    check(
        "en",
        &[
            ("\"I never said that,\" Anna Bell said.", &[("I never said that,", "Anna Bell")]),
            ("Anna Bell denied the charges and said: \"I was at home.\"", &[("I was at home.", "Anna Bell")]),
            (
                "If the bridge falls, Anna Bell said, \"we will all have to leave.\"",
                &[("we will all have to leave.", "Anna Bell")],
            ),
            ("Anna Bell did not hesitate to call it \"a danger to us all\".", &[("a danger to us all", "Anna Bell")]),
            ("Anna Bell declined to resign, telling reporters: \"I will stay.\"", &[("I will stay.", "Anna Bell")]),
            ("\"Is it safe?\" Anna Bell asked.", &[("Is it safe?", "Anna Bell")]),
            ("Will Smith said that the bridge was safe.", &[("that the bridge was safe", "Smith")]),
        ],
    );
}

#[test]
fn words_that_nobody_said_are_no_quotes_in_french() {
    super::check(
        "fr",
        &[
            ("Le maire n'a pas souhaité dire si le stade serait agrandi.", &[]),
            ("Hélène Sorbier a démenti avoir promis « un poste à chacun » lors du dîner.", &[]),
            ("Aucun ministre n'a jamais déclaré que la taxe serait supprimée.", &[]),
            ("Si le tribunal estime que la plainte est recevable, le procès s'ouvrira en juin.", &[]),
            ("Les syndicats attendent que la direction annonce que l'usine restera ouverte.", &[]),
            ("Le préfet devrait confirmer jeudi que la route rouvrira.", &[]),
            ("Hélène Sorbier s'est bien gardée de dire que la réforme était abandonnée.", &[]),
            ("Pourquoi le maire n'a-t-il pas dit que l'eau était polluée ?", &[]),
            (
                "« Je n'ai rien promis », a démenti Hélène Sorbier, qui nie avoir parlé d'« un poste à chacun ».",
                &[("Je n'ai rien promis", "Hélène Sorbier")],
            ),
            (
                "Sans confirmer l'heure, le préfet a indiqué que la route rouvrirait jeudi.",
                &[("que la route rouvrirait jeudi", "le préfet")],
            ),
        ],
    );
}

#[test]
fn words_that_nobody_said_are_no_quotes_in_english() {
    super::check(
        "en",
        &[
            ("The mayor would not say whether the stadium would be enlarged.", &[]),
            ("Helen Sorley has denied promising \"a job for everyone\" at the dinner.", &[]),
            ("No minister has ever said that the tax would be scrapped.", &[]),
            ("If the court finds that the complaint is valid, the trial will open in June.", &[]),
            ("Unions are waiting for the company to announce that the plant will stay open.", &[]),
            ("The governor is expected to confirm on Thursday that the road will reopen.", &[]),
            ("Sorley stopped short of saying that the reform was dead.", &[]),
            ("Why did the mayor not say that the water was polluted?", &[]),
            (
                "\"I promised nothing,\" said Helen Sorley, who denies having spoken of \"a job for everyone\".",
                &[("I promised nothing,", "Helen Sorley")],
            ),
            (
                "Without giving a time, the governor said that the road would reopen on Thursday.",
                &[("that the road would reopen on Thursday", "the governor")],
            ),
        ],
    );
}
