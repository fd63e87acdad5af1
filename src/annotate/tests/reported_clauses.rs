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

#[test]
fn a_clause_ends_where_its_source_or_another_report_begins() {
    check(
        "en",
        &[
            (
                "The bridge will close, Mark Delroy said, adding that repairs would take a year.",
                &[("The bridge will close", "Mark Delroy"), ("that repairs would take a year", "Mark Delroy")],
            ),
            (
                "The bridge will close in May, Mark Delroy said at a news conference in the town hall of Dover late on Monday evening.",
                &[("The bridge will close in May", "Mark Delroy")],
            ),
            (
                "The bridge will close, said Mark Delroy, who chairs the board.",
                &[("The bridge will close", "Mark Delroy")],
            ),
            (
                "The bridge will close, said Mark Delroy, the chairman of the board.",
                &[("The bridge will close", "Mark Delroy")],
            ),
            ("The bridge is closed, police said Monday.", &[("The bridge is closed", "police")]),
            (
                "The bridge is closed, a police spokesman told the Dover Post.",
                &[("The bridge is closed", "a police spokesman")],
            ),
            (
                "Three people were hurt when the bridge fell, officials said.",
                &[("Three people were hurt when the bridge fell", "officials")],
            ),
            ("Prices rose 3% in May, the agency reported.", &[("Prices rose 3% in May", "the agency")]),
            (
                "Prices rose 3% in May, the agency said in its monthly report released on Friday.",
                &[("Prices rose 3% in May", "the agency")],
            ),
            (
                "He was seen near the bridge, two witnesses told the court.",
                &[("He was seen near the bridge", "two witnesses")],
            ),
            ("In a statement, the company said it regretted the delay.", &[("it regretted the delay", "the company")]),
            (
                "In a letter to staff, Farrow wrote that the plant would close.",
                &[("that the plant would close", "Farrow")],
            ),
            ("On Monday, Farrow told reporters the plant would close.", &[("the plant would close", "Farrow")]),
            ("Farrow, speaking on the radio, said the plant would close.", &[("the plant would close", "Farrow")]),
            ("Farrow also said she would resign.", &[("she would resign", "Farrow")]),
            ("Farrow later said that she would resign.", &[("that she would resign", "Farrow")]),
            ("Farrow has repeatedly said that she will resign.", &[("that she will resign", "Farrow")]),
            (
                "Farrow said she was \"very sad\" and would resign.",
                &[("she was \"very sad\" and would resign", "Farrow")],
            ),
            (
                "Farrow said that if the plant closed, she would resign.",
                &[("that if the plant closed, she would resign", "Farrow")],
            ),
            (
                "Farrow said that, in her view, the plant would close.",
                &[("that, in her view, the plant would close", "Farrow")],
            ),
            (
                "Farrow said the plant, which employs 300 people, would close.",
                &[("the plant, which employs 300 people, would close", "Farrow")],
            ),
            (
                "Farrow said the plant would close and staff would be paid.",
                &[("the plant would close and staff would be paid", "Farrow")],
            ),
            (
                "Farrow said about 300 people would lose their jobs.",
                &[("about 300 people would lose their jobs", "Farrow")],
            ),
            (
                "Farrow said more than half of the staff had left.",
                &[("more than half of the staff had left", "Farrow")],
            ),
            (
                "Farrow said at least 300 people would lose their jobs.",
                &[("at least 300 people would lose their jobs", "Farrow")],
            ),
            (
                "Farrow said up to 300 people would lose their jobs.",
                &[("up to 300 people would lose their jobs", "Farrow")],
            ),
            ("Farrow said nearly all staff had left.", &[("nearly all staff had left", "Farrow")]),
            ("Farrow said many of them had left.", &[("many of them had left", "Farrow")]),
            ("Farrow said everyone would be paid.", &[("everyone would be paid", "Farrow")]),
            ("Farrow said this was the end.", &[("this was the end", "Farrow")]),
            ("Farrow said closing the plant would be wrong.", &[("closing the plant would be wrong", "Farrow")]),
            ("Farrow says yes, the plant will close.", &[("yes, the plant will close", "Farrow")]),
            ("Farrow said Delroy had lied.", &[("Delroy had lied", "Farrow")]),
            ("Farrow said Mr Delroy had lied.", &[("Mr Delroy had lied", "Farrow")]),
            (
                "Farrow said British workers feared for their jobs.",
                &[("British workers feared for their jobs", "Farrow")],
            ),
            ("Farrow insists the plan is sound.", &[("the plan is sound", "Farrow")]),
            ("Farrow maintains that the plan is sound.", &[("that the plan is sound", "Farrow")]),
            ("Farrow conceded the plan had failed.", &[("the plan had failed", "Farrow")]),
            ("Farrow warned that the plan would fail.", &[("that the plan would fail", "Farrow")]),
            ("Farrow warned residents that the plan would fail.", &[("that the plan would fail", "Farrow")]),
            ("Farrow assured residents the plan would work.", &[("the plan would work", "Farrow")]),
            ("Farrow complained that nobody listened.", &[("that nobody listened", "Farrow")]),
            ("Farrow testified that she had seen the letter.", &[("that she had seen the letter", "Farrow")]),
            ("Farrow alleges the company hid the figures.", &[("the company hid the figures", "Farrow")]),
            (
                "Farrow suggested the company had hidden the figures.",
                &[("the company had hidden the figures", "Farrow")],
            ),
            ("Farrow explained that the plan costs less.", &[("that the plan costs less", "Farrow")]),
            ("Farrow thinks the plan is sound.", &[("the plan is sound", "Farrow")]),
            ("Farrow thought the plan was sound.", &[("the plan was sound", "Farrow")]),
            ("Farrow felt the plan was sound.", &[("the plan was sound", "Farrow")]),
            ("Farrow hopes the plan works.", &[("the plan works", "Farrow")]),
            ("Farrow fears the plan will fail.", &[("the plan will fail", "Farrow")]),
            ("Farrow doubts the plan will work.", &[("the plan will work", "Farrow")]),
            ("The judge ruled that the plan was lawful.", &[("that the plan was lawful", "The judge")]),
            ("Research shows that the plan works.", &[("that the plan works", "Research")]),
            ("The report says most people like the plan.", &[("most people like the plan", "The report")]),
            ("The letter says the plan was never approved.", &[("the plan was never approved", "The letter")]),
            ("Sources said the plan was never approved.", &[("the plan was never approved", "Sources")]),
            (
                "A source familiar with the matter said the plan was never approved.",
                &[("the plan was never approved", "A source familiar")],
            ),
            (
                "Two officials, who asked not to be named, said the plan was never approved.",
                &[("the plan was never approved", "Two officials")],
            ),
        ],
    );
    for body in [
        "The ministry did not say when the plant would close.",
        "Farrow complained about the plan.",
        "Farrow suggested a new plan.",
        "Farrow announced a new plan that costs less.",
        "Farrow acknowledged the mistake.",
        "Farrow believes in the plan.",
    ] {
        check("en", &[(body, &[])]);
    }
}
