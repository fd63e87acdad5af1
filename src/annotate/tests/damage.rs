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

#[test]
fn damaged_quotes_of_news_are_read_in_french() {
    super::check(
        "fr",
        &[
            (
                "<p>&laquo; Nous avons tout perdu &raquo;, soupire <em>Yves Camus</em>.</p>",
                &[("Nous avons tout perdu", "Yves Camus")],
            ),
            (
                "<div>« Nous avons tout perdu », soupire Yves Camus.<br/>« Il faut nous aider », demande Nadia Ferrand.</div>",
                &[("Nous avons tout perdu", "Yves Camus"), ("Il faut nous aider", "Nadia Ferrand")],
            ),
            ("«Nous avons tout perdu», soupire Yves\u{a0}Camus.", &[("Nous avons tout perdu", "Yves Camus")]),
            ("Â«Â Nous avons tout perduÂ Â», soupire Yves Camus.", &[("Nous avons tout perdu", "Yves Camus")]),
            ("\u{93}Nous avons tout perdu\u{94}, soupire Yves Camus.", &[("Nous avons tout perdu", "Yves Camus")]),
            ("« Nous avons tout per\u{ad}du », soupire Yves Camus.", &[("Nous avons tout per\u{ad}du", "Yves Camus")]),
            ("« Nous avons tout perdu »\u{200b}, soupire Yves Camus.", &[("Nous avons tout perdu", "Yves Camus")]),
            (
                "&#171;&#160;Nous avons tout perdu&#160;&#187;, soupire Yves Camus.",
                &[("Nous avons tout perdu", "Yves Camus")],
            ),
            ("**Yves Camus** : « Nous avons tout perdu. »", &[("Nous avons tout perdu.", "Yves Camus")]),
            ("Le taux passe de 3 &lt; x &lt; 5 à 7 &amp; plus, sans &eacute;carts.", &[]),
        ],
    );
}

#[test]
fn damaged_quotes_of_news_are_read_in_english() {
    super::check(
        "en",
        &[
            (
                "<p>&ldquo;We lost everything,&rdquo; said <b>Yves Camden</b>.</p>",
                &[("We lost everything,", "Yves Camden")],
            ),
            (
                "<p>&quot;We lost everything,&quot; said Yves Camden.</p><p>&quot;Help us,&quot; said Nadia Farrow.</p>",
                &[("We lost everything,", "Yves Camden"), ("Help us,", "Nadia Farrow")],
            ),
            ("â€œWe lost everything,â€\u{9d} said Yves Camden.", &[("We lost everything,", "Yves Camden")]),
            ("\u{91}We lost everything,\u{92} said Yves Camden.", &[("We lost everything,", "Yves Camden")]),
            ("“We lost every\u{ad}thing,” said Yves Camden.", &[("We lost every\u{ad}thing,", "Yves Camden")]),
            ("> \"We lost everything,\" said **Yves Camden**.", &[("We lost everything,", "Yves Camden")]),
            ("&#8220;We lost everything,&#8221; said Yves Camden.", &[("We lost everything,", "Yves Camden")]),
            ("\"We lost everything,\"\u{a0}said\u{a0}Yves Camden.", &[("We lost everything,", "Yves Camden")]),
            (
                "[Yves Camden](https://example.org/camden) said: \"We lost everything.\"",
                &[("We lost everything.", "Yves Camden")],
            ),
            ("AT&amp;T and R&amp;D: 3 &lt; 5 &amp; 7 &gt; 2.", &[]),
        ],
    );
}
