//! CPU time of this process and of those that work for it.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Linux counts in hundredths of a second for user space (`USER_HZ`, proc(5)): measure seconds, not moments.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of this process, its ended children, and its living ones.
pub fn used() -> Duration {
    used_by(std::process::id())
}

/// The same of another process.
pub fn used_by(pid: u32) -> Duration {
    let living: Duration = children_of(pid).into_iter().map(|child| ticks_of(child, &[13, 14])).sum();
    ticks_of(pid, &[13, 14, 15, 16]) + living
}

/// User and system time of this process and of its living children's living threads, to the microsecond: for what takes
/// less than a tick. No child may end, and no thread of one, between two looks.
pub fn used_precisely() -> Duration {
    let own = clock_gettime(ClockId::ProcessCPUTime);
    let own = Duration::try_from(own).expect("a process has taken no negative time");
    own + children_of(std::process::id()).into_iter().map(threads_of).sum::<Duration>()
}

/// What the living threads of a process have run, by the scheduler's own count (`/proc/<pid>/task/<tid>/schedstat`,
/// whose first field is nanoseconds).
fn threads_of(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let nanoseconds: u64 = tasks
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(nanoseconds)
}

/// Fields of `/proc/<pid>/stat`, counted from 0: 13 utime, 14 stime, 15 cutime, 16 cstime.
fn ticks_of(pid: u32, fields: &[usize]) -> Duration {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return Duration::ZERO };
    // The program's name stands in brackets and may hold spaces.
    let Some((_, after)) = stat.rsplit_once(')') else { return Duration::ZERO };
    let values: Vec<&str> = after.split_whitespace().collect();
    let ticks: u32 = fields
        .iter()
        .filter_map(|field| values.get(field - 2).and_then(|value| value.parse::<u32>().ok()))
        .sum();
    TICK * ticks
}

/// The processes that this one has started and that have not been waited for.
pub fn children_of(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|pids| pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    #[test]
    fn a_busy_second_is_counted_and_an_idle_one_is_not() {
        let before = super::used();
        let began = Instant::now();
        let mut sum = 0u64;
        while began.elapsed().as_millis() < 300 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let busy = super::used() - before;
        assert!(busy.as_millis() >= 50, "{busy:?}");
    }

    #[test]
    fn less_than_a_tick_is_seen_of_this_process_and_of_a_living_child() {
        let before = super::used_precisely();
        let began = Instant::now();
        while super::used_precisely() - before < Duration::from_millis(1) {
            assert!(began.elapsed() < Duration::from_secs(60), "a busy millisecond is seen");
        }
        let busy = ["-c", "while :; do :; done"];
        let mut child = Command::new("sh").args(busy).stdin(Stdio::null()).spawn().unwrap();
        let (began, mut seen) = (Instant::now(), Duration::ZERO);
        while seen < Duration::from_millis(1) && began.elapsed() < Duration::from_secs(10) {
            seen = super::threads_of(child.id());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(seen >= Duration::from_millis(1), "a busy child is seen");
    }
}
