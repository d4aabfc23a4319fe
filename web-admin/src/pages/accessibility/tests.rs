use super::*;

#[test]
fn what_no_person_has_audited_is_declared_not_compliant_whatever_programs_find() {
    let declared = |audits: &str| {
        let text = format!("standard = \"x\"\nnot_audited = []\nlimits = []\nplan = []\n{audits}");
        toml::from_str::<Declaration>(&text).unwrap().state()
    };
    let audit = |by: &str, conformity: &str| {
        format!("[[audits]]\nby = \"{by}\"\nwith = \"x\"\nfr = \"x\"\nen = \"x\"\n{conformity}\n")
    };
    let (full, partial) = ("conformity = \"full\"", "conformity = \"partial\"");
    assert_eq!(declared("audits = []"), Conformity::None);
    assert_eq!(declared(&audit("program", full)), Conformity::None);
    assert_eq!(declared(&audit("people", "")), Conformity::None);
    assert_eq!(declared(&[audit("people", full), audit("program", "")].concat()), Conformity::Full);
    let newest = [audit("people", full), audit("people", partial)].concat();
    assert_eq!(declared(&newest), Conformity::Partial);
}

#[test]
fn the_file_says_every_sentence_in_both_languages_and_what_it_leaves_out() {
    let declaration = &*DECLARATION;
    assert_eq!(declaration.state(), Conformity::None, "nobody has audited these pages: write here who did");
    assert!(!declaration.not_audited.is_empty() && !declaration.limits.is_empty());
    let years: Vec<u16> = declaration.plan.iter().map(|one| one.year).collect();
    assert!(years.is_sorted() && years.len() >= 3, "a scheme of several years: {years:?}");
    let sentences = declaration.not_audited.iter().chain(&declaration.limits).map(|one| (&one.fr, &one.en));
    let audits = declaration.audits.iter().map(|one| (&one.fr, &one.en));
    let planned = declaration.plan.iter().map(|one| (&one.fr, &one.en));
    for (french, english) in sentences.chain(audits).chain(planned) {
        assert!(french.ends_with('.') && english.ends_with('.') && french != english, "{french} {english}");
    }
}
