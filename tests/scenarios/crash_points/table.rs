//! The table of `docs/crash-points.md`: every point of the code, and where it is killed.

use std::fs;

use acceptance::harness::root;

/// The document with the table.
pub const DOCUMENT: &str = "docs/crash-points.md";

/// A row: a point, and the kills that show what it leaves.
pub struct Row {
    /// As the code names it.
    pub point: String,
    /// Where it is killed.
    pub kills: Vec<Kill>,
}

/// One SIGKILL.
#[derive(Clone, Debug)]
pub struct Kill {
    /// The point, as the code names it.
    pub point: String,
    /// What was being done, by the name of its scene.
    pub scene: String,
    /// Who dies there, and when.
    pub how: How,
}

/// Who dies at a point, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The process, at this time that it passes there, from 1.
    AtPass(usize),
    /// The signer's process alone, at the first time; the worker lives on.
    SignerAlone,
    /// The process, and whoever takes up what it began, each time that somebody passes there.
    EachTime,
}

/// The rows, in the order of the document.
pub fn rows() -> Vec<Row> {
    let text =
        fs::read_to_string(root().join(DOCUMENT)).unwrap_or_else(|error| panic!("{DOCUMENT}: {error}"));
    text.lines().filter_map(row).collect()
}

/// The kills of one scene.
pub fn kills_in(scene: &str) -> Vec<Kill> {
    rows().into_iter().flat_map(|row| row.kills).filter(|kill| kill.scene == scene).collect()
}

/// ``| `area.step` | scene, scene 2, scene signer, scene each | … | … |``
fn row(line: &str) -> Option<Row> {
    let mut cells = line.strip_prefix("| `")?.split(" | ");
    let point = cells.next()?.strip_suffix('`')?.to_owned();
    let kills = cells.next()?.split(", ").map(|cell| kill(&point, cell)).collect();
    Some(Row { point, kills })
}

fn kill(point: &str, cell: &str) -> Kill {
    let (scene, how) = cell.split_once(' ').unwrap_or((cell, "1"));
    let how = match how {
        "signer" => How::SignerAlone,
        "each" => How::EachTime,
        pass => How::AtPass(pass.parse().unwrap_or_else(|_| panic!("{point}: {cell:?}"))),
    };
    Kill { point: point.to_owned(), scene: scene.to_owned(), how }
}

#[test]
fn a_row_says_where_its_point_is_killed() {
    let row = row("| `a.b` | certification, publication 2, audit signer, root each | left | done |").unwrap();
    let told: Vec<_> = row.kills.iter().map(|kill| (kill.scene.as_str(), kill.how)).collect();
    let expected = [
        ("certification", How::AtPass(1)),
        ("publication", How::AtPass(2)),
        ("audit", How::SignerAlone),
        ("root", How::EachTime),
    ];
    assert_eq!(row.point, "a.b");
    assert_eq!(told, expected);
}
