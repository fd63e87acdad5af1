//! Quotes in damaged text, with spans into the text as it was received.

use super::{assert_quotes, english, french};

#[test]
fn html_is_read_as_text() {
    assert_quotes(
        french,
        &[
            (
                "&laquo;&nbsp;Rien n&rsquo;est perdu ici&nbsp;&raquo;, a lanc&eacute; Anne Morel.",
                &["rien n&rsquo;est perdu ici <- anne morel"],
            ),
            (
                "<p>«&#160;Rien n’est perdu ici&#160;», a lancé <strong>Anne Morel</strong>.</p>",
                &["rien n’est perdu ici <- anne morel"],
            ),
            (
                "<p>Le port ferme.</p><p>&quot;Rien n&#39;est perdu ici&quot;, dit <a href=\"/x\">Anne Morel</a>.</p>",
                &["rien n&#39;est perdu ici <- anne morel"],
            ),
            ("R&D : « Rien n'est perdu ici », a dit Anne Morel de l'AT&T.", &["rien n'est perdu ici <- anne morel"]),
        ],
    );
    assert_quotes(
        english,
        &[("&ldquo;Nothing is lost here,&rdquo; said <em>Anna Bell</em>.", &["nothing is lost here, <- anna bell"])],
    );
}

#[test]
fn characters_of_the_wrong_encoding_are_read() {
    assert_quotes(
        french,
        &[
            (
                "\u{ab}\u{a0}Rien n\u{92}est perdu ici\u{a0}\u{bb}, a dit Anne Morel.",
                &["rien n\u{92}est perdu ici <- anne morel"],
            ),
            ("Â« Rien nâ€™est perdu ici Â», a lancÃ© Anne Morel.", &["rien nâ€™est perdu ici <- anne morel"]),
        ],
    );
    assert_quotes(
        english,
        &[
            ("\u{93}Nothing is lost here,\u{94} said Anna Bell.", &["nothing is lost here, <- anna bell"]),
            ("â€œNothing is lost here,â€\u{9d} said Anna Bell.", &["nothing is lost here, <- anna bell"]),
        ],
    );
}

#[test]
fn marks_of_markdown_are_no_text() {
    assert_quotes(
        english,
        &[
            (
                "- **Anna Bell**: \"We know.\"\n> \"We know too,\" said Tom Hale.",
                &["we know. <- anna bell", "we know too, <- tom hale"],
            ),
            ("*    Anna Bell said: \"The plan is late.\"", &["the plan is late. <- anna bell"]),
        ],
    );
}
