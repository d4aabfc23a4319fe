use super::*;
use crate::der::{encoded, sequence_of, utf8_string};

/// The octets of a TBSCertificate with this subject and these extensions.
fn octets(subject: Vec<u8>, extensions: &[Vec<u8>]) -> Vec<u8> {
    let empty = sequence_of(&[]);
    let head = [encoded(0xa0, &[2, 1, 2]), encoded(2, &[5]), empty.clone(), empty.clone(), empty.clone()];
    let extensions = encoded(0xa3, &sequence_of(extensions));
    sequence_of(&[head.to_vec(), vec![subject, empty, extensions]].concat())
}

fn name(attributes: &[(&[u8], Vec<u8>)]) -> Vec<u8> {
    let attribute = |(kind, text): &(&[u8], Vec<u8>)| sequence_of(&[encoded(6, kind), text.clone()]);
    sequence_of(&[encoded(0x31, &attributes.iter().map(attribute).collect::<Vec<_>>().concat())])
}

fn extension(id: &[u8], value: &[u8]) -> Vec<u8> {
    sequence_of(&[encoded(6, id), encoded(1, &[0xff]), encoded(4, value)])
}

#[test]
fn an_rdn_of_several_attributes_gives_each_with_its_text() {
    let subject = name(&[(GIVEN_NAME, utf8_string("CAMILLE")), (COUNTRY, encoded(0x13, b"FR"))]);
    let read = octets(subject, &[]);
    assert_eq!(Tbs::read(&read).unwrap().subject, [(GIVEN_NAME, "CAMILLE"), (COUNTRY, "FR")]);
    // A string of a sort that no profile has, or a value that is none.
    for other in [encoded(0x1e, b"\0A"), sequence_of(&[utf8_string("A")])] {
        let read = octets(name(&[(COMMON_NAME, other)]), &[]);
        assert_eq!(Tbs::read(&read).unwrap_err(), "its subject does not read");
    }
}

/// Values around each other, so many that whoever steps into each of them has no stack left.
#[test]
fn a_name_that_is_nested_without_end_is_read_no_deeper_than_a_name_goes() {
    let mut backwards = b"ABC".to_vec();
    backwards.extend([3, 0x0c]);
    for _ in 0..500_000 {
        backwards.extend(u32::try_from(backwards.len()).unwrap().to_le_bytes());
        backwards.extend([0x84, 0x30]);
    }
    backwards.reverse();
    let read = octets(backwards.clone(), &[]);
    assert_eq!(Tbs::read(&read).unwrap_err(), "its subject does not read");
    let read = octets(name(&[]), &[extension(ALTERNATIVE_NAME, &backwards)]);
    assert_eq!(Tbs::read(&read).unwrap_err(), "an extension of it does not read");
}

#[test]
fn constraints_and_usages_that_do_not_read_are_an_authority_or_are_told() {
    let power = |id: &[u8], value: &[u8]| {
        let read = octets(name(&[]), &[extension(id, value)]);
        Tbs::read(&read).map(|tbs| tbs.is_authority)
    };
    assert_eq!(power(BASIC_CONSTRAINTS, &[0x30, 0]), Ok(false));
    assert_eq!(power(BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 0]), Ok(false));
    for authority in [&[0x30, 3, 1, 1, 0xff][..], &[0x30, 3, 1, 1, 1], &[0x30, 3, 2, 1, 0]] {
        assert_eq!(power(BASIC_CONSTRAINTS, authority), Ok(true), "{authority:?}");
    }
    assert_eq!(power(KEY_USAGE, &[3, 2, 0, 0xf8 & !SIGNS_AS_AUTHORITY]), Ok(false));
    for bit in [0x04, 0x02] {
        assert_eq!(power(KEY_USAGE, &[3, 2, 0, 0x80 | bit]), Ok(true));
    }
    for (id, value) in [(BASIC_CONSTRAINTS, &[5, 0][..]), (KEY_USAGE, &[3, 1, 0]), (KEY_USAGE, &[4, 2, 0, 4])]
    {
        assert!(power(id, value).is_err(), "{value:?}");
    }
}
