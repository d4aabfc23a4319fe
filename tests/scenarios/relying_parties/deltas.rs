//! `openssl verify` with a complete CRL that was kept and the newest delta: whoever checks cards so fetches little, and must
//! refuse a lost card as soon as whoever fetches all.

use std::ffi::OsStr;

use acceptance::harness::openssl;

use super::{AUTHORITY, Client, Scene, scene};

/// Where a complete CRL is, and its delta.
struct Lists {
    complete: String,
    delta: String,
}

impl Lists {
    /// Those that the certificate names: of its shard.
    fn of(client: &Client) -> Self {
        Self { complete: client.crl_url.clone(), delta: client.delta_url.clone() }
    }

    /// Those of the whole authority.
    fn full() -> Self {
        let at = |name: &str| format!("http://localhost:8080/crl/{AUTHORITY}{name}.crl");
        Self { complete: at(""), delta: at("-delta") }
    }
}

/// A complete CRL that somebody keeps, with the newest delta or without.
struct Kept<'a> {
    scene: &'a Scene,
    complete: String,
    lists: Lists,
}

impl<'a> Kept<'a> {
    fn fetch(scene: &'a Scene, lists: Lists) -> Self {
        Self { scene, complete: scene.fetch(&lists.complete), lists }
    }

    /// Whether another complete CRL stands there now.
    fn is_old(&self) -> bool {
        self.scene.fetch(&self.lists.complete) != self.complete
    }

    /// Whether `openssl verify` accepts the certificate by it alone, and what it says.
    fn accepts_alone(&self, client: &Client) -> (bool, String) {
        self.verify(client, &self.complete)
    }

    /// The same, by it and the delta of now.
    fn accepts(&self, client: &Client) -> (bool, String) {
        self.verify(client, &(self.complete.clone() + &self.scene.fetch(&self.lists.delta)))
    }

    fn verify(&self, client: &Client, crls: &str) -> (bool, String) {
        let (chain, crls) = (self.scene.chain(), self.scene.file("kept.pem", crls));
        let checks = ["verify", "-x509_strict", "-crl_check", "-use_deltas", "-extended_crl"].map(OsStr::new);
        let files = ["-CAfile".as_ref(), chain.as_os_str(), "-CRLfile".as_ref(), crls.as_os_str()];
        let ended = openssl(checks.into_iter().chain(files).chain([client.pem.as_os_str()]));
        (ended.status.success(), ended.said())
    }
}

#[test]
fn openssl_refuses_a_lost_card_by_the_delta_of_its_shard_and_a_complete_crl_from_before() {
    let scene = scene();
    let (good, lost) = (&scene.good, &scene.lost);
    let kept = |client| Kept::fetch(&scene, Lists::of(client));
    let (of_good, of_lost) = (kept(good), kept(lost));
    for (kept, client) in [(&of_good, good), (&of_lost, lost)] {
        let (accepted, said) = kept.accepts(client);
        assert!(accepted, "{said}");
    }
    scene.oppose(lost);
    scene.workshop.job("publication");
    let (accepted, said) = of_lost.accepts(lost);
    assert!(!accepted && said.contains("certificate revoked"), "{said}");
    // It is the delta that says so.
    let (accepted, said) = of_lost.accepts_alone(lost);
    assert!(accepted, "{said}");
    let (accepted, said) = of_good.accepts(good);
    assert!(accepted, "{said}");
}

#[test]
fn openssl_refuses_all_that_was_lost_by_the_newest_delta_while_other_complete_crls_than_the_kept_one_follow()
{
    let scene = scene();
    let also_lost = scene.one_more();
    let lost = [&scene.lost, &also_lost];
    let kept: Vec<_> = lost
        .into_iter()
        .flat_map(|client| [(client, Lists::of(client)), (client, Lists::full())])
        .map(|(client, lists)| (client, Kept::fetch(&scene, lists)))
        .collect();
    let of_good = [Lists::of(&scene.good), Lists::full()].map(|lists| Kept::fetch(&scene, lists));
    for client in lost {
        scene.oppose(client);
        scene.workshop.job("publication");
        scene.workshop.igc(&["publish", "crl"]);
    }
    for (client, kept) in &kept {
        assert!(kept.is_old(), "no complete CRL has followed at {}", kept.lists.complete);
        let (accepted, said) = kept.accepts(client);
        let (of, delta) = (client.card, &kept.lists.delta);
        assert!(!accepted && said.contains("certificate revoked"), "{of} with {delta}: {said}");
    }
    for kept in of_good {
        let (accepted, said) = kept.accepts(&scene.good);
        assert!(accepted, "{said}");
    }
}
