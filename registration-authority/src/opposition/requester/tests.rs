use ::card::CardKind;

use super::*;
use crate::opposition::{Ground, table};
use crate::testing::nurse;

fn facts(
    requester: Requester,
    kind: CardKind,
    names_somebody: bool,
    ground: Ground,
    bond: Bond,
) -> Vec<&'static str> {
    let facts = OppositionFacts { requester, kind, names_somebody, ground, bond };
    judge(table().unwrap(), &facts).into_iter().map(|rule| rule.id.as_str()).collect()
}

const EVERY_BOND: Bond =
    Bond { own_card: true, speaks_for: true, practises_there: true, in_a_practice: true };

#[test]
fn each_rule_is_broken_alone_by_what_it_is_about() {
    use Requester::{AuthorisedPerson, EmployingProfessional, Holder, Structure};
    let none = Bond::default();
    let there = Bond { practises_there: true, ..none };
    for (broken, requester, kind, names_somebody, ground, bond) in [
        ("R-OPP-01", Structure, CardKind::Cps, true, Ground::Stolen, EVERY_BOND),
        ("R-OPP-01", EmployingProfessional, CardKind::Cpf, true, Ground::Stolen, EVERY_BOND),
        ("R-OPP-02", Structure, CardKind::Cpe, false, Ground::Stolen, EVERY_BOND),
        ("R-OPP-02", Holder, CardKind::Cpe, false, Ground::Stolen, EVERY_BOND),
        ("R-OPP-02", EmployingProfessional, CardKind::Cpe, false, Ground::Stolen, EVERY_BOND),
        ("R-OPP-02", AuthorisedPerson, CardKind::Cpe, true, Ground::Stolen, EVERY_BOND),
        ("R-OPP-03", Holder, CardKind::Cps, true, Ground::StruckOff, EVERY_BOND),
        ("R-OPP-03", Structure, CardKind::Cpa, true, Ground::Sanction, EVERY_BOND),
        ("R-OPP-04", Holder, CardKind::Cps, true, Ground::Lost, none),
        ("R-OPP-05", Structure, CardKind::Cde, true, Ground::Lost, none),
        ("R-OPP-05", AuthorisedPerson, CardKind::Cpe, false, Ground::Lost, none),
        ("R-OPP-06", EmployingProfessional, CardKind::Cpa, true, Ground::Lost, none),
        ("R-OPP-07", EmployingProfessional, CardKind::Cpa, true, Ground::Lost, there),
    ] {
        assert_eq!(
            facts(requester, kind, names_somebody, ground, bond),
            [broken],
            "{requester} {kind} {ground}"
        );
    }
}

#[test]
fn the_authority_may_for_every_ground_and_card_and_whoever_is_tied_to_a_card_for_what_is_declared() {
    for ground in Ground::ALL {
        for kind in CardKind::ALL {
            for names_somebody in [true, false] {
                let broken = facts(Requester::Authority, kind, names_somebody, ground, Bond::default());
                assert_eq!(broken, [""; 0], "{kind} {ground}");
            }
        }
    }
    let declared =
        [Ground::Lost, Ground::Stolen, Ground::Defective, Ground::CardNotReceived, Ground::CodesNotReceived];
    for ground in declared {
        assert_eq!(facts(Requester::Holder, CardKind::Cps, true, ground, EVERY_BOND), [""; 0]);
        for who in [Requester::Structure, Requester::EmployingProfessional] {
            assert_eq!(facts(who, CardKind::Cpe, true, ground, EVERY_BOND), [""; 0], "{who} {ground}");
        }
        assert_eq!(facts(Requester::AuthorisedPerson, CardKind::Cpe, false, ground, EVERY_BOND), [""; 0]);
    }
}

#[test]
fn a_requester_is_read_as_it_is_typed_or_refused() {
    let mandate = || Claim::Mandate("MA-2026-000001".to_owned());
    let (nurse, rpps) = (nurse().to_string(), nurse().rpps().unwrap().to_string());
    let employer: Claim = Claim::Employer(nurse.parse().unwrap());
    for (requester, identity, read) in [
        ("authority", "", Some(Claim::Authority)),
        ("holder", " ", Some(Claim::Holder)),
        ("structure", "MA-2026-000001", Some(mandate())),
        ("authorised-person", "MA-2026-000001 ", Some(mandate())),
        ("employing-professional", &*nurse, Some(employer.clone())),
        ("employing-professional", &*rpps, Some(employer)),
        ("structure", "", None),
        ("structure", "MA-'; DROP", None),
        ("holder", "899700000018", None),
        ("authority", "x", None),
        ("register", "", None),
        ("employing-professional", "MA-2026-000001", None),
        ("", "", None),
    ] {
        assert_eq!(Claim::read(requester, identity).ok(), read, "{requester} {identity}");
    }
}
