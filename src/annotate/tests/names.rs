//! Tests of names and their kinds: products, works, titles, datelines, capitals.

use super::{read, slice};

/// The names of a text with the first letters of their kinds: `per Anna Roy`.
fn names(language: &str, body: &str) -> Vec<String> {
    let found = read(body, language);
    let name = |mention: &super::super::FoundMention| {
        format!("{} {}", &mention.entity_kind.as_str()[..3], slice(body, mention.span))
    };
    found.mentions.iter().map(name).collect()
}

/// Checks the names of each text, separated by commas.
fn check(language: &str, cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        let expected: Vec<&str> = expected.split(", ").filter(|name| !name.is_empty()).collect();
        assert_eq!(names(language, body), expected, "{body}");
    }
}

#[test]
fn a_noun_beside_a_name_tells_its_kind_in_french() {
    check(
        "fr",
        &[
            ("Les données de la sonde Kestrel arrivent lundi.", "pro Kestrel"),
            ("Il dénonce le logiciel espion Velcor, puis Velcor disparaît.", "pro Velcor, pro Velcor"),
            ("Elle a vu le film « La Route du sel » hier.", "wor La Route du sel"),
            ("Il relit le roman Velcor chaque été.", "wor Velcor"),
            ("Un accord avec la compagnie aérienne Velcor est signé.", "org Velcor"),
            ("La société Orvane a vendu son drone Kestrel 2 hier.", "org Orvane, pro Kestrel 2"),
            ("Le cyclone Velcor approche.", "eve Velcor"),
            ("La loi Velcor est votée.", ""),
            ("Il a vendu le film de Paul Morel.", "per Paul Morel"),
            ("Elle quitte la société Lundi.", ""),
        ],
    );
}

#[test]
fn a_noun_beside_a_name_tells_its_kind_in_english() {
    check(
        "en",
        &[
            ("They lost the Kestrel probe on Monday.", "pro Kestrel"),
            ("She found the spyware Orvane; later Orvane vanished.", "pro Orvane, pro Orvane"),
            ("He directed the film The Salt Road last year.", "wor The Salt Road"),
            ("He wrote the novel “Songs for an Empty Tram” in May.", "wor Songs for an Empty Tram"),
            ("They sued the airline Orvane.", "org Orvane"),
            ("They flew the Kestrel drone over the hill.", "pro Kestrel"),
            ("They tested the Google app.", "org Google"),
            ("A French missile fell.", ""),
            ("They signed the Clean Docks Plan.", ""),
            ("He met the film director Lucy Brandt.", "per Lucy Brandt"),
        ],
    );
}

#[test]
fn titles_are_no_part_of_a_name() {
    check(
        "en",
        &[
            ("We met Foreign Secretary Lucy Brandt.", "per Lucy Brandt"),
            ("We met Chief Constable Lucy Brandt.", "per Lucy Brandt"),
            ("We met Secretary of State Lucy Brandt.", "per Lucy Brandt"),
            ("We met Minister for Social Care Lucy Brandt.", "per Lucy Brandt"),
            ("We met Minister for Sport and Tourism Lucy Brandt.", "per Lucy Brandt"),
            ("We met Labour MP Lucy Brandt.", "org Labour, per Lucy Brandt"),
            ("We met Dr. Lucy van der Brandt.", "per Lucy van der Brandt"),
            ("The Attorney General resigned.", ""),
            ("We met the mayor of Leeds.", "pla Leeds"),
            ("We met Abdel Karim al-Hadar.", "per Abdel Karim al-Hadar"),
        ],
    );
    check(
        "fr",
        &[
            ("Il a vu le sénateur Brandt hier.", "per Brandt"),
            ("Il a vu la secrétaire d'État Lucie Brandt.", "per Lucie Brandt"),
            ("Il a vu Mme Brandt et Mgr Henri Vasseur.", "per Brandt, per Henri Vasseur"),
            ("Il a vu Charles de La Motte.", "per Charles de La Motte"),
            ("Il a vu Juan García y Vega.", "per Juan García y Vega"),
            ("Il a vu le maire et les sénateurs.", ""),
        ],
    );
}

#[test]
fn datelines_are_places_and_agencies() {
    check("en", &[("HARBOUR CITY, May 3 (AP) - The port is closed.", "pla HARBOUR CITY, org AP")]);
    check("fr", &[("OSTREL (AFP) – Le port est fermé.", "pla OSTREL, org AFP")]);
    check("fr", &[("OSTREL — Le port est fermé.", "pla OSTREL")]);
    check("fr", &[("Le port (fermé) - ouvert - attend.", "")]);
}

#[test]
fn capitals_hide_no_names() {
    check("fr", &[("Hier, NADINE VOLTER a parlé à MOREL Luc.", "per NADINE VOLTER, per MOREL Luc")]);
    check("fr", &[("LE PORT DE LA VILLE FERME\nIl pleut.", "")]);
    let found = read("Le député MOREL Luc a parlé. Luc Morel est reparti.", "fr");
    let people: Vec<&str> = found.entities.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(people, ["Luc Morel"]);
}

#[test]
fn names_of_news_have_their_kinds() {
    check(
        "fr",
        &[
            (
                "La sonde Mistrale s'est posée sur la Lune dimanche, a annoncé l'agence Astrel.",
                "pro Mistrale, pla Lune, org Astrel",
            ),
            ("Le film « Les Eaux noires » de Nadia Ferrand sort mercredi.", "wor Les Eaux noires, per Nadia Ferrand"),
            ("LAUSANNE (ATS) – Le procès de Marc Delvaux s'ouvre lundi.", "pla LAUSANNE, org ATS, per Marc Delvaux"),
            ("DELVAUX Marc et FERRAND Nadia figurent sur la liste.", "per DELVAUX Marc, per FERRAND Nadia"),
            (
                "L'armée malienne a repris la ville de Gao, selon le général Yves Camus.",
                "org armée malienne, pla Gao, per Yves Camus",
            ),
            ("Le parquet de Rennes a requis cinq ans contre Marc Delvaux.", "org parquet de Rennes, per Marc Delvaux"),
            ("La tempête Orphée a touché la Bretagne et la Vendée.", "eve Orphée, pla Bretagne, pla Vendée"),
            ("Me Karine Vidal, du barreau de Lyon, défend Yves Camus.", "per Karine Vidal, pla Lyon, per Yves Camus"),
            (
                "Samedi : Nantes - Rennes, 17 heures ; Lille - Nice, 21 heures.",
                "pla Nantes, pla Rennes, pla Lille, pla Nice",
            ),
            ("Hier, Rien ne va plus au conseil : Les élus partent.", ""),
        ],
    );
    check(
        "en",
        &[
            (
                "The Orlanne probe landed on the Moon on Sunday, the agency Astrel said.",
                "pro Orlanne, pla Moon, org Astrel",
            ),
            ("Black Waters, a film by Nadia Farrow, opens on Wednesday.", "per Nadia Farrow"),
            (
                "GENEVA (Reuters) - The trial of Mark Delroy opens on Monday.",
                "pla GENEVA, org Reuters, per Mark Delroy",
            ),
            ("Health Secretary Nadia Farrow met Chief Justice Mark Delroy.", "per Nadia Farrow, per Mark Delroy"),
            (
                "Karim Belton, 31, from Manchester, was arrested in Leeds.",
                "per Karim Belton, pla Manchester, pla Leeds",
            ),
            ("We met coach Karim Belton and the retailer Orlanne.", "per Karim Belton, org Orlanne"),
            (
                "The University of Leeds and Lowmoor Housing signed the deal.",
                "org University of Leeds, org Lowmoor Housing",
            ),
            ("The Times reported on Monday that the ferry Orlanne had sunk.", "org Times, pro Orlanne"),
            (
                "Yves Camden Jr. and Dr. Karen Vidal spoke in Paris, France.",
                "per Yves Camden Jr., per Karen Vidal, pla Paris, pla France",
            ),
            ("Everything Is Fine, the banner read.", ""),
        ],
    );
}
