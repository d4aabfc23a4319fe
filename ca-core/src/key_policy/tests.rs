use der::Encode;
use openssl::bn::{BigNum, BigNumContext, BigNumRef, MsbOption};
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;

use super::*;

/// With nothing on the blocklist.
fn check(spki: &[u8], allowed: &KeyRule) -> Result<(), KeyRefused> {
    super::check(spki, allowed, &Blocklist::default())
}

fn rule(kinds: &[KeyKind]) -> KeyRule {
    serde_json::from_value(serde_json::json!(kinds)).unwrap()
}

fn any() -> KeyRule {
    rule(&[KeyKind::P256, KeyKind::P384, KeyKind::Rsa2048, KeyKind::Rsa3072, KeyKind::Rsa4096])
}

fn ec(curve: Nid) -> EcKey<Private> {
    EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()
}

fn ec_spki(curve: Nid) -> Vec<u8> {
    PKey::from_ec_key(ec(curve)).unwrap().public_key_to_der().unwrap()
}

fn rsa_spki(modulus: &BigNumRef, exponent: &BigNumRef) -> Vec<u8> {
    let key = Rsa::from_public_components(modulus.to_owned().unwrap(), exponent.to_owned().unwrap()).unwrap();
    key.public_key_to_der().unwrap()
}

fn with_modulus(modulus: &BigNumRef) -> Vec<u8> {
    rsa_spki(modulus, &BigNum::from_u32(65537).unwrap())
}

fn prime(bits: i32) -> BigNum {
    let mut prime = BigNum::new().unwrap();
    prime.generate_prime(bits, false, None, None).unwrap();
    prime
}

/// Two factors whose product has 2048 bits.
fn product(p: &BigNumRef, q: &BigNumRef) -> BigNum {
    let n = p * q;
    assert_eq!(n.num_bits(), 2048, "the factors were to make a modulus of 2048 bits");
    n
}

fn weakness(spki: &[u8]) -> WeakModulus {
    match check(spki, &any()) {
        Err(KeyRefused::WeakModulus(weakness)) => weakness,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sound_keys_of_an_allowed_kind_pass() {
    check(&ec_spki(Nid::X9_62_PRIME256V1), &any()).unwrap();
    check(&ec_spki(Nid::SECP384R1), &any()).unwrap();
    for bits in [2048, 3072] {
        let key = PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
        check(&key.public_key_to_der().unwrap(), &any()).unwrap();
    }
}

#[test]
fn a_kind_that_the_profile_does_not_allow_is_named() {
    let refusal = |spki: &[u8]| check(spki, &rule(&[KeyKind::P256])).unwrap_err().to_string();
    assert_eq!(refusal(&ec_spki(Nid::SECP384R1)), "the public key is P-384; allowed are P-256");
    let short = Rsa::generate(1024).unwrap().public_key_to_der().unwrap();
    assert_eq!(refusal(&short), "the public key is RSA-1024; allowed are P-256");
    assert!(refusal(&ec_spki(Nid::SECP256K1)).contains("curve 1.3.132.0.10"));
    let ed25519 = PKey::generate_ed25519().unwrap().public_key_to_der().unwrap();
    assert!(refusal(&ed25519).contains("1.3.101.112"));
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let mut spki = ec_spki(Nid::X9_62_PRIME256V1);
    *spki.last_mut().unwrap() ^= 1;
    assert!(matches!(check(&spki, &any()), Err(KeyRefused::NotOnCurve)));
}

#[test]
fn the_point_at_infinity_is_refused() {
    let spki = ec_spki(Nid::X9_62_PRIME256V1);
    let mut parsed = spki::SubjectPublicKeyInfoOwned::from_der(&spki).unwrap();
    // SEC 1 §2.3.3: one zero octet.
    parsed.subject_public_key = der::asn1::BitString::from_bytes(&[0]).unwrap();
    assert!(matches!(check(&parsed.to_der().unwrap(), &any()), Err(KeyRefused::Malformed(_))));
    // Neither is (0, 0), as which some libraries write it: it is off the curve.
    parsed.subject_public_key =
        der::asn1::BitString::from_bytes(&[[4].as_slice(), &[0; 64]].concat()).unwrap();
    assert!(matches!(check(&parsed.to_der().unwrap(), &any()), Err(KeyRefused::NotOnCurve)));
}

#[test]
fn a_compressed_point_is_refused() {
    let key = ec(Nid::X9_62_PRIME256V1);
    let mut context = BigNumContext::new().unwrap();
    let point =
        key.public_key().to_bytes(key.group(), PointConversionForm::COMPRESSED, &mut context).unwrap();
    let spki = ec_spki(Nid::X9_62_PRIME256V1);
    let mut parsed = spki::SubjectPublicKeyInfoOwned::from_der(&spki).unwrap();
    parsed.subject_public_key = der::asn1::BitString::from_bytes(&point).unwrap();
    let spki = parsed.to_der().unwrap();
    assert!(matches!(check(&spki, &any()), Err(KeyRefused::Malformed(_))));
}

#[test]
fn a_public_exponent_is_odd_and_between_65537_and_two_to_the_256() {
    let modulus = Rsa::generate(2048).unwrap().n().to_owned().unwrap();
    let below_the_bound = "F".repeat(64);
    let above_the_bound = format!("1{}1", "0".repeat(63));
    for (exponent, sound) in [
        ("03", false),
        ("FFFF", false),
        ("010001", true),
        ("010002", false),
        ("010003", true),
        ("FFFFFFFFFFFFFFFF", true),
        (below_the_bound.as_str(), true),
        (above_the_bound.as_str(), false),
    ] {
        let outcome = check(&rsa_spki(&modulus, &BigNum::from_hex_str(exponent).unwrap()), &any());
        match outcome {
            Ok(()) => assert!(sound, "{exponent}"),
            Err(KeyRefused::Exponent) => assert!(!sound, "{exponent}"),
            Err(other) => panic!("{exponent}: {other}"),
        }
    }
}

#[test]
fn a_modulus_with_a_small_factor_is_refused() {
    // openssl draws primes whose two first bits are set, so the length of the product is certain.
    for (factor, bits_of_the_rest) in [(3, 2046), (65521, 2032)] {
        let modulus = product(&BigNum::from_u32(factor).unwrap(), &prime(bits_of_the_rest));
        assert_eq!(weakness(&with_modulus(&modulus)), WeakModulus::SmallFactor(factor));
    }
}

#[test]
fn a_prime_modulus_is_refused() {
    assert_eq!(weakness(&with_modulus(&prime(2048))), WeakModulus::Prime);
}

#[test]
fn a_modulus_of_two_neighbouring_primes_is_refused() {
    let p = prime(1024);
    let mut q = &p + &BigNum::from_u32(2).unwrap();
    let mut context = BigNumContext::new().unwrap();
    while !q.is_prime(20, &mut context).unwrap() {
        q = &q + &BigNum::from_u32(2).unwrap();
    }
    assert_eq!(weakness(&with_modulus(&product(&p, &q))), WeakModulus::ClosePrimes);
}

/// A prime of 1024 bits, the two first of them set, as the broken generator made them:
/// k·M + 65537^a mod M.
fn roca_prime() -> BigNum {
    let mut context = BigNumContext::new().unwrap();
    let mut m = BigNum::from_u32(1).unwrap();
    for small in (2u32..=167).filter(|n| (2..*n).all(|d| !n.is_multiple_of(d))) {
        m = &m * &BigNum::from_u32(small).unwrap();
    }
    let power_of_two = |bit: i32| {
        let mut power = BigNum::new().unwrap();
        power.set_bit(bit).unwrap();
        power
    };
    let lowest = &(&power_of_two(1023) + &power_of_two(1022)) / &m;
    let range = &power_of_two(1022) / &m;
    loop {
        let mut exponent = BigNum::new().unwrap();
        exponent.rand(200, MsbOption::ONE, false).unwrap();
        let mut residue = BigNum::new().unwrap();
        residue.mod_exp(&BigNum::from_u32(65537).unwrap(), &exponent, &m, &mut context).unwrap();
        let mut k = BigNum::new().unwrap();
        range.rand_range(&mut k).unwrap();
        let candidate = &(&(&lowest + &k) * &m) + &residue;
        if candidate.is_prime(20, &mut context).unwrap() {
            return candidate;
        }
    }
}

#[test]
fn a_modulus_of_the_roca_generator_is_refused() {
    let modulus = product(&roca_prime(), &roca_prime());
    assert_eq!(weakness(&with_modulus(&modulus)), WeakModulus::Roca);
}

#[test]
fn what_is_no_key_is_malformed_and_never_a_panic() {
    assert!(matches!(check(b"", &any()), Err(KeyRefused::Malformed(_))));
    assert!(matches!(check(&[0x30; LONGEST_KEY + 1], &any()), Err(KeyRefused::Malformed(_))));
    let spki = Rsa::generate(2048).unwrap().public_key_to_der().unwrap();
    for end in 0..spki.len() {
        assert!(check(&spki[..end], &any()).is_err());
    }
    let mut parsed = spki::SubjectPublicKeyInfoOwned::from_der(&spki).unwrap();
    parsed.algorithm.parameters = None;
    assert!(matches!(check(&parsed.to_der().unwrap(), &any()), Err(KeyRefused::Malformed(_))));
}

/// A line of a blocklist, made by the tools that the openssl-blacklist packages were made with.
fn line_of_openssl(spki: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.der");
    std::fs::write(&file, spki).unwrap();
    let script = "openssl rsa -pubin -inform DER -in \"$0\" -noout -modulus | sha1sum | cut -c21-40";
    let output = std::process::Command::new("sh").args(["-c", script]).arg(&file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_key_on_the_blocklist_is_refused_and_its_neighbour_is_not() {
    let [listed, other] = [(); 2].map(|()| Rsa::generate(2048).unwrap().public_key_to_der().unwrap());
    let line = line_of_openssl(&listed);
    let others: String = (0..1000).map(|number| format!("{number:020x}\n")).collect();
    let text = format!("# weak keys\n\n{others}{line}\n");
    let blocklist = Blocklist::parse(&text).unwrap();
    assert_eq!(blocklist.len(), 1001);
    let refused = super::check(&listed, &any(), &blocklist);
    assert!(matches!(refused, Err(KeyRefused::WeakModulus(WeakModulus::Listed))), "{refused:?}");
    super::check(&other, &any(), &blocklist).unwrap();
    super::check(&ec_spki(Nid::X9_62_PRIME256V1), &any(), &blocklist).unwrap();
}

#[test]
fn a_line_that_is_none_of_a_blocklist_is_refused_by_its_number() {
    assert!(Blocklist::parse("").unwrap().is_empty());
    for (text, line) in [
        ("# a\n0123456789abcdef01234\n", 2),
        ("0123456789abcdef0123\n0123456789abcdef012\n", 2),
        ("0123456789abcdef012g\n", 1),
        ("Modulus=AB\n", 1),
    ] {
        assert_eq!(Blocklist::parse(text), Err(BadBlocklist(line)), "{text:?}");
    }
}
