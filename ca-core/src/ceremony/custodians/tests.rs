use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;

fn chance() -> impl CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

fn pins() -> TokenPins {
    TokenPins { user: pin::draw(&mut chance()), security_officer: pin::draw(&mut chance()) }
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("Custodian {number}")).collect()
}

fn shared(needed: usize, count: usize) -> (TokenPins, CustodianSet, Vec<Share>) {
    let pins = pins();
    let (set, shares) = CustodianSet::share("roots", &pins, needed, &names(count), &mut chance()).unwrap();
    (pins, set, shares)
}

fn again(share: &Share) -> Share {
    Share::parse(share.text().as_bytes()).unwrap()
}

/// How many custodians, how many of them are needed, and which ones come, in any order.
fn assembly() -> impl Strategy<Value = (usize, usize, Vec<usize>)> {
    (2..=7usize).prop_flat_map(|count| (Just(count), 2..=count)).prop_flat_map(|(count, needed)| {
        let who = subsequence((0..count).collect::<Vec<_>>(), needed..=count).prop_shuffle();
        (Just(count), Just(needed), who)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_m_of_n_custodians_open_the_token_whoever_lost_his_share((count, needed, who) in assembly()) {
        let (pins, set, shares) = shared(needed, count);
        let come: Vec<Share> = who.iter().map(|place| again(&shares[*place])).collect();
        let opened = set.open(&come).unwrap();
        prop_assert_eq!(&opened.user, &pins.user);
        prop_assert_eq!(&opened.security_officer, &pins.security_officer);
        let refused = set.open(&come[..needed - 1]).unwrap_err();
        let too_few = matches!(refused, CustodianError::TooFew { .. });
        prop_assert!(too_few, "{}", refused);
    }

    /// Whatever m-1 custodians hold, each value of the missing share gives another secret, so that all
    /// secrets are left possible: they know nothing.
    #[test]
    fn one_share_too_few_reveals_nothing((count, needed, who) in assembly(), octet in 1..=40usize) {
        let (_, _, shares) = shared(needed, count);
        let mut values: Vec<Vec<u8>> =
            who[..needed].iter().map(|place| shares[*place].value().to_vec()).collect();
        let mut possible = [false; 256];
        for candidate in 0..=255 {
            values[needed - 1][octet] = candidate;
            possible[usize::from(Gf256::combine_bytes(&values).unwrap()[octet - 1])] = true;
        }
        prop_assert!(possible.iter().all(|possible| *possible));
    }
}

/// The polynomial's coefficients are drawn from the whole field: of a scheme that draws odd ones only,
/// or never zero, one share tells bits of the secret.
#[test]
fn every_octet_of_a_share_is_as_likely_as_any_other() {
    let pins = pins();
    let mut seen = [0u32; 256];
    for _ in 0..1_000 {
        let (_, shares) = CustodianSet::share("roots", &pins, 2, &names(2), &mut chance()).unwrap();
        // Secret and number are the same each time: what is left is the coefficient alone.
        shares[1].value()[1..].iter().for_each(|octet| seen[usize::from(*octet)] += 1);
    }
    let expected = 40_000.0 / 256.0;
    let chi_square: f64 = seen.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    // 255 degrees of freedom: mean 255, standard deviation 22.6; six of these.
    assert!(chi_square < 391.0, "{chi_square}: {seen:?}");
}

#[test]
fn a_wrong_share_is_named_and_no_pin_is_made_of_it() {
    let (_, set, mut shares) = shared(3, 5);
    shares[1].value[7] ^= 1;
    let refused = set.open(&shares).unwrap_err().to_string();
    assert_eq!(refused, "share 2, of Custodian 2: it is not the one that was given at the ceremony");

    let (_, other, elsewhere) = shared(3, 5);
    assert!(matches!(set.open(&elsewhere), Err(CustodianError::OtherSet { number: 1, .. })));
    let twice = [again(&elsewhere[0]), again(&elsewhere[4]), again(&elsewhere[0])];
    assert!(matches!(other.open(&twice), Err(CustodianError::Twice { number: 1, .. })));
}

#[test]
fn a_share_stands_in_a_file_of_its_own_that_is_never_overwritten_and_nobody_else_reads() {
    let folder = tempfile::tempdir().unwrap();
    let (_, set, shares) = shared(2, 2);
    let file = folder.path().join("share-1");
    shares[0].write(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(set.holder(&Share::read(&file).unwrap()).unwrap().name, "Custodian 1");
    assert!(shares[1].write(&file).is_err());

    // A descriptor of a file that others may read: nothing of the share is in it.
    let open = folder.path().join("open");
    let descriptor = fs::File::create(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = shares[1].write(Path::new(&format!("/dev/fd/{}", descriptor.as_raw_fd()))).unwrap_err();
    assert!(refused.to_string().contains("must be 0600"), "{refused}");
    assert_eq!(fs::read(&open).unwrap(), b"");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Share::read(&file).unwrap_err().to_string().contains("must be 0600"));
    let text = fs::read(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    for (what, spoilt) in [
        ("cut", text[..text.len() - 1].to_vec()),
        ("longer", [text.as_slice(), b"more\n"].concat()),
        ("another heading", [b"x".as_slice(), &text].concat()),
        ("far too long", vec![b'a'; 4096]),
    ] {
        fs::write(&file, spoilt).unwrap();
        let refused = Share::read(&file).unwrap_err().to_string();
        assert!(refused.ends_with("is not a custodian's share"), "{what}: {refused}");
    }
}

#[test]
fn neither_share_nor_pins_show_what_they_hold() {
    let (pins, _, shares) = shared(2, 3);
    let shown = format!("{pins:?} {shares:?}");
    assert!(
        !shown.contains(pins.user.as_str()) && !shown.contains(&hex::encode(shares[0].value())),
        "{shown}"
    );
}
