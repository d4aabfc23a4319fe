//! A PIN that is wrong is tried once, whoever tries, and one over which the token is silent twice, unless it has opened the token
//! before: no process locks an HSM that another has already asked in vain, and none gives the right PIN up.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use acceptance::harness::{Running, root, run, start};
use ca_core::signer::{KeyReference, SignerError, SignerProcess, sign_verified};
use store::Fault;

use super::signer_faults::Token;
use super::standstill::until;

/// A token behind the library that fails, a key in it, and the file of its PIN.
struct Scene {
    token: Token,
    key: KeyReference,
    public_key: Vec<u8>,
    pin_file: PathBuf,
    logins_before: u64,
}

impl Scene {
    fn begin() -> Self {
        let token = Token::softhsm();
        let (key, public_key) = token.key();
        let pin_file = token.workshop.dir().join("tokens/pin/issuing");
        let logins_before = token.hsm.logins();
        Self { token, key, public_key, pin_file, logins_before }
    }

    /// One more process beside the others, with a ledger of its own in the same folder.
    fn process(&self, name: &str) -> SignerProcess {
        self.token.process(&self.token.workshop.dir().join(format!("signer/{name}.ledger")))
    }

    fn sign(&self, process: &SignerProcess) -> Result<(), SignerError> {
        let signed =
            sign_verified(&mut process.signer(), &self.key, &self.public_key, "test pin", b"message");
        signed.map(drop)
    }

    /// The code with which signing is refused.
    #[track_caller]
    fn refusal(&self, process: &SignerProcess) -> &'static str {
        self.sign(process).unwrap_err().code().name
    }

    fn logins(&self) -> u64 {
        self.token.hsm.logins() - self.logins_before
    }

    /// A ceremony that makes a key in the token; it stands in its login.
    fn ceremony(&self) -> Running {
        let file = root().join("hsm-config/ceremonies/rollover.toml").display().to_string();
        let mut command = self.token.workshop.command(&["ceremony", "run", &file, "--yes"]);
        command.args(["--operator", "Alix", "--witness", "Sacha"]);
        let before = self.logins();
        self.token.hsm.end_logins_in("hang");
        let ceremony = start(self.token.hsm.steer(&mut command));
        until("it stands in its login", || self.logins() > before);
        self.token.hsm.let_logins_pass();
        ceremony
    }

    fn touch(&self) {
        run(Command::new("touch").arg(&self.pin_file)).expect_exit(0);
    }
}

#[test]
fn a_wrong_pin_is_tried_once_by_all_processes_there_are_and_will_be() {
    let scene = Scene::begin();
    let right = fs::read(&scene.pin_file).unwrap();
    fs::write(&scene.pin_file, "not-the-pin\n").unwrap();
    for name in ["worker", "job", "started-again"] {
        let process = scene.process(name);
        for _ in 0..3 {
            assert_eq!(scene.refusal(&process), "signer-pin-refused", "{name}");
        }
        assert_eq!(scene.logins(), 1, "{name}");
    }
    let doctor = run(scene.token.hsm.steer(&mut scene.token.workshop.command(&["doctor"])));
    assert!(doctor.said().contains("refused its PIN"), "{}", doctor.said());
    fs::write(&scene.pin_file, &right).unwrap();
    let before = scene.token.hsm.logins();
    scene.sign(&scene.process("worker")).unwrap();
    assert!(scene.token.hsm.logins() > before, "another edition is another PIN");
}

/// An HSM that takes its time over a wrong PIN looks like one that hangs, and a library may crash over one.
#[test]
fn a_pin_over_which_a_token_is_silent_is_tried_twice_and_not_in_a_loop() {
    for end in ["hang", "crash"] {
        let scene = Scene::begin();
        scene.token.hsm.end_logins_in(end);
        let process = scene.process("worker");
        assert_eq!(scene.refusal(&process), "signer-unavailable", "{end}");
        assert_eq!(scene.logins(), 2, "{end}: asked, and asked again");
        // Longer than a process rests that has died twice.
        std::thread::sleep(std::time::Duration::from_secs(6));
        for process in [process, scene.process("job"), scene.process("started-again")] {
            for _ in 0..2 {
                assert_eq!(scene.refusal(&process), "signer-login-unanswered", "{end}");
            }
        }
        assert_eq!(scene.logins(), 2, "{end}: by nobody else");
        scene.token.hsm.let_logins_pass();
        assert_eq!(scene.refusal(&scene.process("worker")), "signer-login-unanswered", "{end}");
        scene.touch();
        scene.sign(&scene.process("worker")).unwrap();
        // It holds, and nothing is left of what was.
        scene.sign(&scene.process("job")).unwrap();
    }
}

/// A process that is killed in the middle of a login, as by a power cut, is no wrong PIN.
#[test]
fn one_login_that_was_cut_short_keeps_nobody_out() {
    let scene = Scene::begin();
    for _ in 0..3 {
        scene.token.hsm.end_logins_in("hang");
        let process = scene.process("worker");
        let before = scene.token.hsm.logins();
        std::thread::scope(|scope| {
            let signs = scope.spawn(|| scene.sign(&process));
            until("it stands in its login", || scene.token.hsm.logins() > before);
            scene.token.hsm.let_logins_pass();
            run(Command::new("kill").args(["-KILL", &process.child_id().unwrap().to_string()]))
                .expect_exit(0);
            signs.join().unwrap().expect("asked again, it signs");
        });
    }
}

/// What has opened the token is the right PIN: an HSM that hangs says nothing against it, however often.
#[test]
fn a_pin_that_has_opened_its_token_is_never_given_up_where_the_token_hangs() {
    let scene = Scene::begin();
    scene.sign(&scene.process("worker")).unwrap();
    scene.token.hsm.end_logins_in("hang");
    for name in ["job", "started-again"] {
        assert_eq!(scene.refusal(&scene.process(name)), "signer-unavailable", "{name}");
    }
    assert_eq!(scene.logins(), 5, "the one that was answered, and two by each of the two processes");
    scene.token.hsm.let_logins_pass();
    scene.sign(&scene.process("worker")).unwrap();
}

/// A vendor's code may say that the PIN is wrong. Of one that has opened the token it says rather that the HSM is away.
#[test]
fn a_code_of_the_vendors_gives_a_pin_up_that_has_never_opened_its_token_and_no_other() {
    let scene = Scene::begin();
    scene.token.hsm.end_logins_in("vendor");
    for name in ["worker", "job", "started-again"] {
        assert_eq!(scene.refusal(&scene.process(name)), "signer-pin-refused", "{name}");
        assert_eq!(scene.logins(), 2, "{name}: asked, asked once more, and by nobody else");
    }
    scene.token.hsm.let_logins_pass();
    scene.touch();
    scene.sign(&scene.process("worker")).unwrap();
    scene.token.hsm.end_logins_in("vendor");
    for (name, logins) in [("job", 5), ("started-again", 7)] {
        assert_eq!(scene.refusal(&scene.process(name)), "signer-pin-refused", "{name}");
        assert_eq!(scene.logins(), logins, "{name}: it asks for itself");
    }
    scene.token.hsm.let_logins_pass();
    scene.sign(&scene.process("worker")).unwrap();
}

/// A first login is one process's at a time: it may be with a wrong PIN.
#[test]
fn a_signer_that_starts_while_a_ceremony_stands_in_a_first_login_tries_nothing_until_that_is_over() {
    let scene = Scene::begin();
    let mut ceremony = scene.ceremony();
    let process = scene.process("worker");
    let refused = scene.sign(&process).unwrap_err();
    assert_eq!(refused.code().name, "signer-unavailable");
    assert!(refused.to_string().contains("another process tries its PIN"), "{refused}");
    assert_eq!(scene.logins(), 1, "the ceremony's");
    ceremony.kill();
    scene.sign(&process).unwrap();
    assert_eq!(scene.logins(), 2, "it opens the token");
    // Once it is known to be right, nobody waits for anybody.
    let mut ceremony = scene.ceremony();
    scene.sign(&scene.process("job")).unwrap();
    assert_eq!(ceremony.ended(), None, "{}", ceremony.stderr());
    ceremony.kill();
}

/// Another session of a process that is logged in needs no PIN, and says nothing of the one that stands in the file by now.
#[test]
fn a_session_of_a_process_that_is_logged_in_tries_no_pin() {
    let scene = Scene::begin();
    let process = scene.process("worker");
    scene.sign(&process).unwrap();
    let opened = scene.token.hsm.sessions();
    fs::write(&scene.pin_file, "not-the-pin\n").unwrap();
    scene.token.hsm.keep_company(2);
    std::thread::scope(|scope| {
        let signing = [(); 2].map(|()| scope.spawn(|| scene.sign(&process)));
        signing.into_iter().for_each(|signs| signs.join().unwrap().unwrap());
    });
    assert_eq!(
        (scene.token.hsm.sessions() - opened, scene.logins()),
        (1, 1),
        "one more session, logged in already"
    );
    // So the wrong PIN did not open anything: it is tried by one process, and by no other.
    for name in ["job", "started-again"] {
        assert_eq!(scene.refusal(&scene.process(name)), "signer-pin-refused", "{name}");
        assert_eq!(scene.logins(), 2, "{name}");
    }
}
