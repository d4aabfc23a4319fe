use rand_core::UnwrapErr;
use registration_authority::officers::Scope;

use super::*;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn officer(login: &str) -> Officer {
    Officer {
        login: login.to_owned(),
        display_name: "Prénom NOM".to_owned(),
        role: Role::RegistrationOfficer,
        scope: Scope::default(),
        delegated: Vec::new(),
        enrolled_at: START,
        ended_at: None,
    }
}

fn begun() -> (Sessions, String) {
    let sessions = Sessions::default();
    let token = sessions.begin(
        &officer("alice"),
        (Means::Link, Origin::default()),
        &mut UnwrapErr(getrandom::SysRng),
        START,
    );
    (sessions, token.token)
}

#[test]
fn a_session_ends_after_half_an_hour_without_a_request() {
    let (sessions, token) = begun();
    let last = START.plus(IDLE).minus(Duration::from_millis(1));
    assert_eq!(sessions.find(&token, &Origin::default(), last).unwrap().login, "alice");
    assert!(sessions.find(&token, &Origin::default(), last.plus(IDLE)).is_none());
    assert!(sessions.find(&token, &Origin::default(), last).is_none(), "an ended session does not come back");
}

#[test]
fn a_session_in_use_ends_after_eight_hours() {
    let (sessions, token) = begun();
    let step = Duration::from_secs(20 * 60);
    let mut now = START;
    while now.plus(step) < START.plus(ABSOLUTE) {
        now = now.plus(step);
        assert!(sessions.find(&token, &Origin::default(), now).is_some());
    }
    assert!(sessions.find(&token, &Origin::default(), START.plus(ABSOLUTE)).is_none());
}

/// Signs in, and ends what makes room, whose login it gives.
fn signs_in(sessions: &Sessions, login: &str, at: Timestamp) -> (String, Option<String>) {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let Begun { token, leaves } =
        sessions.begin(&officer(login), (Means::Link, Origin::default()), &mut rng, at);
    leaves.iter().for_each(|one| sessions.end(&one.key));
    (token, leaves.map(|one| one.login))
}

#[test]
fn whoever_signs_in_over_and_over_ends_his_own_sessions_and_nobody_elses() {
    let (sessions, alices) = begun();
    let (first, _) = signs_in(&sessions, "carol", START);
    let (second, _) = signs_in(&sessions, "carol", START);
    let later = START.plus(Duration::from_secs(1));
    sessions.find(&first, &Origin::default(), later);
    for _ in 2..BY_LOGIN {
        assert_eq!(signs_in(&sessions, "carol", later).1, None);
    }
    assert_eq!(signs_in(&sessions, "carol", later).1.as_deref(), Some("carol"));
    assert!(sessions.find(&first, &Origin::default(), later).is_some(), "it was used later than the second");
    assert!(sessions.find(&second, &Origin::default(), later).is_none());
    for _ in 0..=MOST {
        assert_eq!(signs_in(&sessions, "carol", later).1.as_deref(), Some("carol"));
    }
    assert!(sessions.find(&alices, &Origin::default(), later).is_some());
    assert_eq!(sessions.of("carol", later).len(), BY_LOGIN);
}

#[test]
fn where_all_together_are_too_many_whoever_has_the_most_makes_room() {
    let (sessions, alices) = begun();
    for nth in 0..MOST - 3 {
        assert_eq!(signs_in(&sessions, &format!("officer{nth}"), START).1, None);
    }
    let later = START.plus(Duration::from_secs(1));
    let (first, _) = signs_in(&sessions, "carol", later);
    signs_in(&sessions, "carol", later.plus(Duration::from_secs(1)));
    assert_eq!(signs_in(&sessions, "zoe", later).1.as_deref(), Some("carol"), "hers are the newest, and two");
    assert!(
        sessions.find(&first, &Origin::default(), later).is_none()
            && sessions.find(&alices, &Origin::default(), later).is_some()
    );
    assert_eq!(
        signs_in(&sessions, "zoe", later).1.as_deref(),
        Some("zoe"),
        "of who have one, who comes again"
    );
}

#[test]
fn what_makes_room_is_open_until_it_is_ended_and_nobody_is_asked_twice() {
    let (sessions, _) = begun();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let mut begin =
        |at: Timestamp| sessions.begin(&officer("alice"), (Means::Link, Origin::default()), &mut rng, at);
    for nth in 1..BY_LOGIN as u64 {
        assert!(begin(START.plus(Duration::from_secs(nth))).leaves.is_none());
    }
    let later = START.plus(Duration::from_secs(60));
    let (one, other) = (begin(later).leaves.unwrap(), begin(later).leaves.unwrap());
    assert_ne!(one.key, other.key);
    assert_eq!(sessions.of("alice", later).len(), BY_LOGIN + 2);
    sessions.stays(Some(&one));
    assert_eq!(begin(later).leaves.unwrap().key, one.key);
}

#[test]
fn what_the_inbox_led_to_lasts_through_an_act_and_ends_where_he_goes_elsewhere() {
    let (sessions, token) = begun();
    let key = sessions.find(&token, &Origin::default(), START).unwrap().key;
    let shown = |acts, named: Option<&str>| sessions.shown_for(&key, acts, named.map(str::to_owned));
    assert_eq!(shown(false, Some("a")).as_deref(), Some("a"));
    assert_eq!(shown(true, None).as_deref(), Some("a"), "the page that asks for the signature");
    assert_eq!(shown(true, None).as_deref(), Some("a"), "the signature");
    assert_eq!(shown(false, None).as_deref(), Some("a"), "the page that says that it is done");
    assert_eq!(shown(false, None), None, "another page");
    assert_eq!(shown(true, None), None);
}

#[test]
fn an_ended_session_is_over_and_tokens_are_not_guessed_from_digests() {
    let (sessions, token) = begun();
    let session = sessions.find(&token, &Origin::default(), START).unwrap();
    assert!(session.owns_form(&session.form_token.clone()) && !session.owns_form(""));
    assert!(sessions.find(&hex::encode(session.key), &Origin::default(), START).is_none());
    sessions.end(&session.key);
    assert!(sessions.find(&token, &Origin::default(), START).is_none());
}

#[test]
fn an_officer_sees_his_sessions_and_no_others_and_ends_all_but_the_one_he_sits_at() {
    let (sessions, here) = begun();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let from = Origin {
        browser: "Firefox, Linux".to_owned(),
        address: Some([192, 0, 2, 7].into()),
        certificate: None,
    };
    let later = START.plus(Duration::from_secs(60));
    let there =
        sessions.begin(&officer("alice"), (Means::Passkey(vec![1]), from.clone()), &mut rng, later).token;
    let bobs = sessions.begin(&officer("bob"), (Means::Link, Origin::default()), &mut rng, START).token;
    let his = sessions.of("alice", later);
    assert_eq!(his.iter().map(|one| one.since).collect::<Vec<_>>(), [later, START]);
    assert_eq!((&his[0].from, &his[0].means), (&from, &Means::Passkey(vec![1])));
    let key = sessions.find(&here, &Origin::default(), later).unwrap().key;
    let bob = sessions.of("bob", later).remove(0).id;
    let others = |ends: &dyn Fn(&str) -> bool, now| sessions.others(("alice", &key), ends, now);
    assert_eq!(others(&|id| id == bob, later), [[0; 32]; 0], "another's session is not hers");
    let hers = others(&|_| true, later);
    assert_eq!(hers.iter().map(id_of).collect::<Vec<_>>(), [his[0].id.clone()]);
    assert_eq!(
        others(&|_| true, later.plus(IDLE)),
        [[0; 32]; 0],
        "what ended by its time is ended by nobody"
    );
    hers.iter().for_each(|key| sessions.end(key));
    assert!(sessions.find(&there, &from, later).is_none(), "its cookie opens nothing any more");
    assert!(
        sessions.find(&here, &Origin::default(), later).is_some()
            && sessions.find(&bobs, &Origin::default(), later).is_some()
    );
}

#[test]
fn a_session_says_when_it_ends_by_silence_and_at_the_latest() {
    let (sessions, token) = begun();
    let used = START.plus(Duration::from_secs(600));
    let ends = sessions.find(&token, &Origin::default(), used).unwrap().ends;
    assert_eq!((ends.idle, ends.at_latest), (used.plus(IDLE), START.plus(ABSOLUTE)));
}

#[test]
fn a_token_from_another_browser_or_over_a_connection_with_another_certificate_opens_nothing_and_ends_nothing()
{
    let browser = "Firefox, Linux".to_owned();
    let there = Origin { browser, address: Some([192, 0, 2, 7].into()), certificate: Some([7; 32]) };
    let begin = || {
        let sessions = Sessions::default();
        let means = (Means::Link, there.clone());
        let token = sessions.begin(&officer("alice"), means, &mut UnwrapErr(getrandom::SysRng), START).token;
        (sessions, token)
    };
    let elsewhere = |address: [u8; 4]| Origin { address: Some(address.into()), ..there.clone() };
    let (sessions, token) = begin();
    assert!(sessions.find(&token, &elsewhere([198, 51, 100, 1]), START).is_some(), "networks change");
    for other in [
        Origin { browser: "Firefox, Windows".to_owned(), ..there.clone() },
        Origin { browser: String::new(), ..there.clone() },
        Origin { certificate: None, ..there.clone() },
        Origin { certificate: Some([8; 32]), ..there.clone() },
    ] {
        let (sessions, token) = begin();
        assert!(sessions.find(&token, &other, START).is_none(), "{other:?}");
        assert!(sessions.find(&token, &there, START).is_some(), "it stays where it was begun: {other:?}");
        let last = START.plus(IDLE).minus(Duration::from_millis(1));
        assert!(sessions.find(&token, &other, last).is_none());
        assert!(
            sessions.find(&token, &there, START.plus(IDLE)).is_none(),
            "from elsewhere it is not kept open"
        );
    }
}
