//! What the log says of a certificate after its issuance, beside where its record says that it stands.

/// How often its leaves said each. Counted, not ordered: of leaves that wait for their place the order is not known.
#[derive(Debug, Default)]
pub struct StatusLeaves {
    signing: u64,
    abandoned: u64,
    revoked: u64,
    held: u64,
    released: u64,
}

impl StatusLeaves {
    pub fn see(&mut self, action: &str) {
        match action {
            "certificate.signing" => self.signing += 1,
            "certificate.abandoned" => self.abandoned += 1,
            "certificate.revoked" => self.revoked += 1,
            "certificate.held" => self.held += 1,
            _ => self.released += 1,
        }
    }

    /// Whether `status` is what they lead to, of a certificate that is there or is not: what was never sent to be signed is
    /// intended or abandoned, what was sent and is not there stays or is revoked; nothing un-revokes, and only what is
    /// held is released. (That a certificate that is there was sent and issued is told by its own leaves.)
    pub fn check(&self, status: &str, is_there: bool) -> Result<(), String> {
        let Self { signing, abandoned, revoked, held, released } = *self;
        let (is_held, is_free) = (held == released + 1, held == released);
        let holds = match (is_there, status) {
            (true, "good") => (abandoned, revoked) == (0, 0) && is_free,
            (true, "held") => (abandoned, revoked) == (0, 0) && is_held,
            (true, "revoked") => (abandoned, revoked) == (0, 1) && (is_held || is_free),
            (false, _) if (held, released) != (0, 0) => false,
            (false, "intended") => (signing, abandoned, revoked) == (0, 0, 0),
            (false, "abandoned") => (signing, abandoned, revoked) == (0, 1, 0),
            (false, "signing") => (signing, abandoned, revoked) == (1, 0, 0),
            (false, "revoked") => (signing, abandoned, revoked) == (1, 0, 1),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let there = if is_there { "there" } else { "not there" };
        Err(format!(
            "it is {status} and {there}, and its leaves say signing {signing}, abandoned {abandoned}, revoked {revoked}, held {held} and released {released} times"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 7] = ["intended", "signing", "good", "held", "revoked", "abandoned", "gone"];

    /// The words that a certificate may stand under after these leaves.
    fn after(actions: &[&str], is_there: bool) -> Vec<&'static str> {
        let mut leaves = StatusLeaves::default();
        actions.iter().for_each(|action| leaves.see(&format!("certificate.{action}")));
        WORDS.into_iter().filter(|word| leaves.check(word, is_there).is_ok()).collect()
    }

    #[test]
    fn a_certificate_stands_where_its_leaves_lead() {
        for (actions, word) in [
            (&["signing"][..], Some("good")),
            (&["signing", "held", "released"], Some("good")),
            (&["signing", "held"], Some("held")),
            (&["signing", "revoked"], Some("revoked")),
            (&["signing", "held", "revoked"], Some("revoked")),
            (&["signing", "held", "released", "revoked"], Some("revoked")),
            (&["signing", "released"], None),
            (&["signing", "held", "held"], None),
            (&["signing", "revoked", "revoked"], None),
            (&["abandoned"], None),
        ] {
            assert_eq!(after(actions, true), Vec::from_iter(word), "there, after {actions:?}");
        }
        for (actions, word) in [
            (&[][..], Some("intended")),
            (&["abandoned"], Some("abandoned")),
            (&["signing"], Some("signing")),
            (&["signing", "revoked"], Some("revoked")),
            (&["revoked"], None),
            (&["signing", "abandoned"], None),
            (&["signing", "held"], None),
            (&["signing", "signing"], None),
        ] {
            assert_eq!(after(actions, false), Vec::from_iter(word), "not there, after {actions:?}");
        }
    }
}
