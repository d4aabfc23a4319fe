//! CPU time of this process and of those that work for it.

use std::fs;
use std::time::Duration;

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

fn children_of(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|pids| pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

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
}
