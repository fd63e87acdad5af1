//! English clauses reported without quotation marks, and the same verbs where they report nothing.

use super::check;

#[test]
fn english_verbs_report_clauses() {
    check(
        "en",
        &[
            (
                "The company said it expects earnings to rise 10% next year.",
                &[("it expects earnings to rise 10% next year", "The company")],
            ),
            ("Mr. Delroy said he didn't know about the payments.", &[("he didn't know about the payments", "Delroy")]),
            (
                "The agency says they apply to letters of complaint and research notes.",
                &[("they apply to letters of complaint and research notes", "The agency")],
            ),
            (
                "Nadia Farrow, a local councillor, said the combined lapses raise serious questions about the plan.",
                &[("the combined lapses raise serious questions about the plan", "Nadia Farrow")],
            ),
            ("Analysts expect the bank to cut rates in May.", &[("the bank to cut rates in May", "Analysts")]),
            (
                "The bridge, Mark Delroy said, will be demolished in June.",
                &[("The bridge / will be demolished in June", "Mark Delroy")],
            ),
            (
                "The bridge will be demolished in June, Mark Delroy said in a statement on Monday.",
                &[("The bridge will be demolished in June", "Mark Delroy")],
            ),
            (
                "The bridge will be demolished in June, according to a spokesman for the company.",
                &[("The bridge will be demolished in June", "a spokesman")],
            ),
            ("As Farrow told the Dover Post, the bridge dates from 1931.", &[("the bridge dates from 1931", "Farrow")]),
            (
                "Officials tell BBC News every claim will be assessed on its merits.",
                &[("every claim will be assessed on its merits", "Officials")],
            ),
            (
                "The results show the party kept its majority in the north.",
                &[("the party kept its majority in the north", "The results")],
            ),
            ("Farrow promised to rebuild the bridge by spring.", &[("to rebuild the bridge by spring", "Farrow")]),
            ("Farrow threatened to quit if the plan went ahead.", &[("to quit if the plan went ahead", "Farrow")]),
            (
                "The minister acknowledged Tuesday that mistakes were made.",
                &[("that mistakes were made", "The minister")],
            ),
            ("The minister acknowledged mistakes were made.", &[("mistakes were made", "The minister")]),
            (
                "The minister told lawmakers the budget would be balanced by 2027.",
                &[("the budget would be balanced by 2027", "The minister")],
            ),
            (
                "Police said a man was arrested near the bridge on Monday.",
                &[("a man was arrested near the bridge on Monday", "Police")],
            ),
            ("Police say the suspect fled on foot.", &[("the suspect fled on foot", "Police")]),
            ("The union claims workers were never paid.", &[("workers were never paid", "The union")]),
            (
                "Witnesses said the truck hit the barrier at high speed.",
                &[("the truck hit the barrier at high speed", "Witnesses")],
            ),
            (
                "The ministry said in a statement that no one was injured.",
                &[("that no one was injured", "The ministry")],
            ),
            (
                "Camden said prices fell in March but Delroy argued that they would recover.",
                &[("prices fell in March", "Camden"), ("that they would recover", "Camden")],
            ),
            (
                "Camden, who runs the estate, believes the harvest will be poor.",
                &[("the harvest will be poor", "Camden")],
            ),
            ("Camden is convinced that the harvest will be poor.", &[("that the harvest will be poor", "Camden")]),
            ("Camden is confident the harvest will be good.", &[("the harvest will be good", "Camden")]),
            ("It is Camden's view that the harvest will be poor.", &[("that the harvest will be poor", "Camden")]),
            ("Camden added that the dam, built in 1931, leaks.", &[("that the dam, built in 1931, leaks", "Camden")]),
            (
                "Camden said that although the dam leaks, it is safe.",
                &[("that although the dam leaks, it is safe", "Camden")],
            ),
            ("Camden wrote on Monday that the dam leaks.", &[("that the dam leaks", "Camden")]),
            ("The report concludes that the dam leaks.", &[("that the dam leaks", "The report")]),
            ("The report said wages rise faster than prices.", &[("wages rise faster than prices", "The report")]),
            ("Farrow was quoted as saying the dam leaks.", &[("the dam leaks", "Farrow")]),
            ("Farrow has warned the dam could fail at any time.", &[("the dam could fail at any time", "Farrow")]),
            ("Farrow said Monday's storm caused the leak.", &[("Monday's storm caused the leak", "Farrow")]),
            ("Farrow noted the dam had leaked before.", &[("the dam had leaked before", "Farrow")]),
            (
                "The White House said the president plans to veto the bill.",
                &[("the president plans to veto the bill", "White House")],
            ),
            (
                "Mark Delroy shrugged. Nobody knew the dam leaked, he said.",
                &[("Nobody knew the dam leaked", "Mark Delroy")],
            ),
            ("Farrow estimates repairs will cost $3 million.", &[("repairs will cost $3 million", "Farrow")]),
            ("Farrow predicted a long winter would follow.", &[("a long winter would follow", "Farrow")]),
            ("Farrow agreed to testify before the committee.", &[("to testify before the committee", "Farrow")]),
            ("Traders said demand remains weak.", &[("demand remains weak", "Traders")]),
            ("Traders said there are few buyers left.", &[("there are few buyers left", "Traders")]),
            ("Traders said buyers remain cautious.", &[("buyers remain cautious", "Traders")]),
            ("Farrow told reporters she would not run again.", &[("she would not run again", "Farrow")]),
            ("Farrow told me it was over.", &[("it was over", "Farrow")]),
            (
                "A spokeswoman confirmed the dam had failed, adding that nobody was hurt.",
                &[("the dam had failed", "A spokeswoman"), ("that nobody was hurt", "A spokeswoman")],
            ),
            ("Farrow pointed out that the dam leaks.", &[("that the dam leaks", "Farrow")]),
            ("Farrow made it clear that the dam leaks.", &[("that the dam leaks", "Farrow")]),
            (
                "Farrow joked that the dam was older than the town.",
                &[("that the dam was older than the town", "Farrow")],
            ),
            ("Farrow commented that the dam leaks.", &[("that the dam leaks", "Farrow")]),
            ("The committee determined that the dam leaks.", &[("that the dam leaks", "The committee")]),
            ("Farrow is adamant that the dam leaks.", &[("that the dam leaks", "Farrow")]),
            ("Farrow has agreed to pay for the dam.", &[("to pay for the dam", "Farrow")]),
            ("Three studies suggest that dams leak.", &[("that dams leak", "Three studies")]),
        ],
    );
}

#[test]
fn the_same_verbs_report_no_objects_and_no_denials() {
    for body in [
        "Farrow denied that the bridge was unsafe.",
        "Farrow refused to comment.",
        "Farrow asked the council to act.",
        "Camden accused the ministry of hiding the figures.",
        "Camden rejected the claim that the harvest was poor.",
        "There was no sign that the harvest was poor.",
        "Camden wants the ministry to act.",
        "Farrow was said to be furious.",
        "Farrow noted the leak and went home.",
        "Farrow said yes to the offer.",
        "Farrow said nothing about the leak.",
        "Farrow said a prayer for the victims.",
        "Farrow estimates repairs at $3 million.",
        "Farrow wondered whether the dam leaks.",
        "Farrow told a joke about the dam.",
        "Farrow pointed to the dam.",
        "Farrow made a dam that leaks.",
        "Farrow asked that the dam be closed.",
        "It was certain that the dam would leak.",
        "Farrow was not convinced that the dam was safe.",
        "Farrow said the evening prayer.",
        "Farrow said the words quietly.",
        "Farrow thinks of the dam.",
        "Farrow agreed to a deal.",
        "Nadia Farrow and her sister say grace before meals.",
    ] {
        check("en", &[(body, &[])]);
    }
}
