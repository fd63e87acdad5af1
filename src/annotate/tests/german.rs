//! German: direct quotes with their speakers, in ten short texts of our own.

use super::{read, show};

/// The quotes of a German body as `kind: words <- speaker`, in lower case.
fn german(body: &str) -> Vec<String> {
    read(body, "de").quotes.iter().map(|quote| show(body, quote)).collect()
}

/// Checks the quotes of a text, one a line.
fn check(body: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(german(body), expected, "{body}");
}

#[test]
fn the_subject_follows_the_verb() {
    check(
        "„Wir werden den Hafen im Mai öffnen“, sagte Bürgermeisterin Anna Schmidt am Montag. „Das ist ein guter Tag für \
         die Stadt“, fügte sie hinzu.",
        "direct: wir werden den hafen im mai öffnen <- anna schmidt
         direct: das ist ein guter tag für die stadt <- sie",
    );
    check("„Wir haben alles versucht“, teilte die Feuerwehr mit.", "direct: wir haben alles versucht <- die feuerwehr");
    check("„So geht es nicht weiter“, so Trainer Peter Lang.", "direct: so geht es nicht weiter <- peter lang");
}

#[test]
fn the_subject_stands_before_the_verb() {
    check(
        "Innenminister Karl Brandt erklärte: „Die Lage ist ernst, aber wir haben sie im Griff.“",
        "direct: die lage ist ernst, aber wir haben sie im griff. <- karl brandt",
    );
    check(
        "Die Ministerin hat am Montag gesagt: „Wir müssen jetzt schneller bauen.“",
        "direct: wir müssen jetzt schneller bauen. <- die ministerin",
    );
}

#[test]
fn a_cue_may_interrupt_a_quote() {
    check(
        "„Es war“, sagte Anna Schmidt, „eine schwere Zeit für uns alle.“",
        "direct: es war / eine schwere zeit für uns alle. <- anna schmidt",
    );
}

#[test]
fn source_phrases_name_the_source() {
    check(
        "Laut Polizeisprecher Max Krüger habe der Fahrer „die Kontrolle über sein Fahrzeug verloren“.",
        "partial: die kontrolle über sein fahrzeug verloren <- max krüger",
    );
}

#[test]
fn titles_and_terms_are_no_quotes() {
    check("Der Film „Das Salz der Straße“ läuft im Herbst an. Regisseurin Eva Lorenz freut sich.", "");
    check("Die sogenannte „Schuldenbremse“ steht in der Kritik.", "");
    check("Die Klage der Stadt ist abgewiesen, die Antwort steht aus.", "");
}

#[test]
fn a_surname_is_the_person_named_before() {
    let found = read("Anna Schmidt war seit 2019 im Amt. „Ich trete zurück“, sagte Schmidt.", "de");
    let speaker = found.quotes[0].speaker.map(|entity| found.entities[entity].name.as_str());
    assert_eq!(speaker, Some("Anna Schmidt"));
}

#[test]
fn german_quotes_of_news_have_their_speakers() {
    super::check(
        "de",
        &[
            (
                "„Er hat nie etwas unterschrieben“, betonte der Anwalt von Lena Vogt.",
                &[("Er hat nie etwas unterschrieben", "der Anwalt von Lena Vogt")],
            ),
            (
                "„Wir haben alles verloren“, klagt Landwirt Jens Harms vor seiner Scheune.",
                &[("Wir haben alles verloren", "Jens Harms")],
            ),
            (
                "„Wir haben alles verloren“, so die Mutter von Tim Brandes.",
                &[("Wir haben alles verloren", "die Mutter von Tim Brandes")],
            ),
            (
                "Der Sprecher von Ministerin Lena Vogt sagte: „Niemand hat den Bericht erhalten.“",
                &[("Niemand hat den Bericht erhalten.", "Der Sprecher von Ministerin Lena Vogt")],
            ),
            ("„Es ist vorbei“, sagten Lena Vogt und Jens Harms.", &[("Es ist vorbei", "Lena Vogt und Jens Harms")]),
            (
                "„Wir haben“, räumte Lena Vogt ein, „die Flut unterschätzt.“",
                &[("Wir haben / die Flut unterschätzt.", "Lena Vogt")],
            ),
            ("»Der Bericht liegt vor«, versichert Jens Harms.", &[("Der Bericht liegt vor", "Jens Harms")]),
            ("Lena Vogt hat nie gesagt: „Die Brücke ist sicher.“", &[]),
            (
                "Laut Lena Vogt ist „niemand auf so etwas vorbereitet gewesen“.",
                &[("niemand auf so etwas vorbereitet gewesen", "Lena Vogt")],
            ),
            (
                "„Das Dach könnte einstürzen“, warnt Lena Vogt, die Vorsitzende des Elternbeirats.",
                &[("Das Dach könnte einstürzen", "Lena Vogt")],
            ),
            ("„Niemals.“ Lena Vogt bleibt hart.", &[("Niemals.", "Lena Vogt")]),
            ("Die Ausstellung „Ein Jahrhundert Licht“ öffnet am Samstag.", &[]),
            ("Das Wort „Freiheit“ fällt zwölfmal in der Rede.", &[]),
            (
                "Lena Vogt und ihr Bruder Karl Vogt führen den Hof. „Die Ernte wird schlecht“, warnt Vogt.",
                &[("Die Ernte wird schlecht", "Vogt")],
            ),
            ("Der Richter entschied mit einem Wort: „Schuldig.“", &[("Schuldig.", "Der Richter")]),
            (
                "&bdquo;Wir haben alles verloren&ldquo;, klagt Jens Harms.",
                &[("Wir haben alles verloren", "Jens Harms")],
            ),
            (
                "„Ich habe es bereut“, gab Lena Vogt zu. „Es tut mir leid.“",
                &[("Ich habe es bereut", "Lena Vogt"), ("Es tut mir leid.", "Lena Vogt")],
            ),
            (
                "Bürgermeister Jens Harms nannte den Plan „ein Chaos von Anfang bis Ende“.",
                &[("ein Chaos von Anfang bis Ende", "Jens Harms")],
            ),
            (
                "Auf die Frage nach dem Termin antwortete Lena Vogt: „Das steht noch nicht fest.“",
                &[("Das steht noch nicht fest.", "Lena Vogt")],
            ),
            ("Das Schiff „Morgenstern“ verließ Kiel am Sonntag.", &[]),
        ],
    );
}
