//! Reading what `strace -f -y` has written down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The system calls that make, fill, name and sync files.
pub const CALLS: &str = "trace=open,openat,creat,write,writev,pwrite64,pwritev,ftruncate,fsync,fdatasync,\
rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat";

/// What the disk would have of a path after a power cut.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// It has octets that no sync of it has followed.
    written: bool,
    /// It came under this name, and no sync of its folder has followed.
    named: bool,
}

/// Each file and folder among those that `counts` whose octets or whose name were not on the disk: at the end of the
/// record, or when it was renamed into its place. `stood` are the files that were there before.
pub fn unsynced(record: &str, mut stood: BTreeSet<String>, counts: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut standing: BTreeMap<String, Standing> = BTreeMap::new();
    let mut findings = Vec::new();
    for call in whole_calls(record) {
        let Some((name, arguments)) = call.split_once('(') else { continue };
        if !succeeded(&call) {
            continue;
        }
        let quoted: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
        match name {
            "open" | "openat" | "creat" if arguments.contains("O_CREAT") && !stood.contains(quoted[0]) => {
                standing.entry(quoted[0].to_owned()).or_insert(Standing { written: false, named: true });
            }
            "mkdir" | "mkdirat" => standing.entry(quoted[0].to_owned()).or_default().named = true,
            "write" | "writev" | "pwrite64" | "pwritev" | "ftruncate" => {
                if let Some(path) = described(arguments) {
                    standing.entry(path.to_owned()).or_default().written = true;
                }
            }
            "fsync" | "fdatasync" => {
                let Some(path) = described(arguments) else { continue };
                if let Some(of_file) = standing.get_mut(path) {
                    of_file.written = false;
                }
                let inside = standing.iter_mut().filter(|(other, _)| parent(other) == Some(path));
                inside.for_each(|(_, other)| other.named = false);
            }
            "rename" | "renameat" | "renameat2" | "link" | "linkat" => {
                let (from, to) = (quoted[0], quoted[1]);
                let was = if name.starts_with("link") {
                    standing.get(from).copied()
                } else {
                    standing.remove(from)
                };
                let was = was.unwrap_or_default();
                if was.written && counts(to) {
                    findings.push(format!("{to} was put in its place before its octets were synced"));
                }
                standing.insert(to.to_owned(), Standing { written: was.written, named: true });
            }
            "unlink" | "unlinkat" => {
                standing.remove(quoted[0]);
                stood.remove(quoted[0]);
            }
            _ => {}
        }
    }
    for (path, Standing { written, named }) in standing.iter().filter(|(path, _)| counts(path)) {
        if *written {
            findings.push(format!("{path} was written, and not synced"));
        }
        if *named {
            findings.push(format!("{path} is a new name, and its folder was not synced"));
        }
    }
    findings
}

/// The calls, in the order in which they ended: one that another thread came into stands in two lines.
fn whole_calls(record: &str) -> Vec<String> {
    let mut begun: BTreeMap<&str, String> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in record.lines() {
        let Some((process, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(begins) = call.strip_suffix("<unfinished ...>") {
            begun.insert(process, begins.to_owned());
        } else if let Some((_, ends)) = call.split_once(" resumed>") {
            calls.push(begun.remove(process).unwrap_or_default() + ends);
        } else {
            calls.push(call.to_owned());
        }
    }
    calls
}

fn succeeded(call: &str) -> bool {
    call.rsplit_once(" = ")
        .is_some_and(|(_, answer)| answer.starts_with(|first: char| first.is_ascii_digit()))
}

/// The path of the descriptor that is the first argument: `3</a/path>`.
fn described(arguments: &str) -> Option<&str> {
    let (descriptor, rest) = arguments.split_once('<')?;
    descriptor.bytes().all(|octet| octet.is_ascii_digit()).then_some(())?;
    rest.split_once('>').map(|(path, _)| path)
}

fn parent(path: &str) -> Option<&str> {
    Path::new(path).parent()?.to_str()
}

#[test]
fn a_rename_without_a_sync_before_it_or_after_it_is_found() {
    let replaced = r#"1  openat(AT_FDCWD</>, "/d/.a.new", O_WRONLY|O_CREAT|O_EXCL, 0666) = 3</d/.a.new>
1  write(3</d/.a.new>, ""..., 5) = 5
1  fsync(3</d/.a.new>) = 0
1  rename("/d/.a.new", "/d/a") = 0
1  fsync(3</d>) = 0
"#;
    assert_eq!(unsynced(replaced, BTreeSet::new(), &|_| true), [""; 0]);
    let without = |line: usize| {
        let lines = replaced.lines().enumerate().filter(|(place, _)| *place != line);
        lines.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(
        unsynced(&without(2), BTreeSet::new(), &|_| true),
        ["/d/a was put in its place before its octets were synced", "/d/a was written, and not synced"]
    );
    assert_eq!(
        unsynced(&without(4), BTreeSet::new(), &|_| true),
        ["/d/a is a new name, and its folder was not synced"]
    );
    // What stands in two lines, and what failed.
    let torn = "1  fsync(3</d/.a.new> <unfinished ...>\n2  write(1</dev/null>, \"\"..., 1) = 1\n1  <... fsync resumed>) = 0";
    assert_eq!(
        unsynced(&replaced.replace("1  fsync(3</d/.a.new>) = 0", torn), BTreeSet::new(), &|path| path
            .starts_with("/d/")),
        [""; 0]
    );
    let failed = replaced.replace("fsync(3</d>) = 0", "fsync(3</d>) = -1 EIO (Input/output error)");
    assert_eq!(unsynced(&failed, BTreeSet::new(), &|_| true).len(), 1);
}
