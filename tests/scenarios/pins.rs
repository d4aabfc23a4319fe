//! A PIN that is wrong is tried once, whoever tries, and one over which the token is silent twice: no process locks an HSM that
//! another has already asked in vain.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use acceptance::harness::run;
use ca_core::signer::{KeyReference, SignerError, SignerProcess, sign_verified};
use store::Fault;

use super::signer_faults::Token;

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
            super::standstill::until("it stands in its login", || scene.token.hsm.logins() > before);
            scene.token.hsm.let_logins_pass();
            run(Command::new("kill").args(["-KILL", &process.child_id().unwrap().to_string()]))
                .expect_exit(0);
            signs.join().unwrap().expect("asked again, it signs");
        });
    }
}
