//! How many OCSP answers each minute of the last hour saw. Cut from the counters that every answer raises anyway, by
//! whoever looks several times a second: an answer costs nothing more.

use std::collections::VecDeque;

use store::Timestamp;

/// How many whole minutes are kept.
const KEPT: usize = 60;

const MINUTE: i64 = 60_000;

/// The last hour, minute by minute. What the first minute of a process saw before it was counted at all is in it: the
/// counters begin at zero with it.
#[derive(Debug, Default)]
pub(super) struct AnswersByMinute {
    /// Since 1970, with its answers; oldest first.
    whole: VecDeque<(i64, u64)>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    minute: i64,
    /// What the counters said when it began.
    before: u64,
}

impl AnswersByMinute {
    /// Notes that by `at` there were `total` answers since the start. A clock that goes back changes nothing until it
    /// has come to where it was.
    pub(super) fn count(&mut self, at: Timestamp, total: u64) {
        let minute = at.millis().div_euclid(MINUTE);
        let running = self.running.get_or_insert(Running { minute, before: 0 });
        if minute <= running.minute {
            return;
        }
        let oldest = minute - KEPT as i64;
        self.whole.push_back((running.minute, total - running.before));
        self.whole.extend((oldest.max(running.minute + 1)..minute).map(|empty| (empty, 0)));
        while self.whole.front().is_some_and(|(kept, _)| *kept < oldest) {
            self.whole.pop_front();
        }
        *running = Running { minute, before: total };
    }

    /// The whole minutes: when each began, and its answers.
    pub(super) fn whole(&self) -> impl Iterator<Item = (Timestamp, u64)> {
        self.whole.iter().map(|(minute, answers)| (Timestamp::from_millis(minute * MINUTE), *answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(60 * 1_000_000 + seconds)
    }

    fn minutes(counted: &AnswersByMinute) -> Vec<(i64, u64)> {
        counted.whole().map(|(begins, answers)| (begins.seconds() - at(0).seconds(), answers)).collect()
    }

    #[test]
    fn each_minute_has_its_own_answers_and_the_one_that_runs_is_not_told() {
        let mut counted = AnswersByMinute::default();
        counted.count(at(10), 3);
        counted.count(at(50), 5);
        assert_eq!(minutes(&counted), []);
        counted.count(at(60), 7);
        counted.count(at(119), 9);
        assert_eq!(minutes(&counted), [(0, 7)]);
        counted.count(at(240), 10);
        assert_eq!(minutes(&counted), [(0, 7), (60, 3), (120, 0), (180, 0)], "nobody looked for two minutes");
    }

    #[test]
    fn an_hour_is_kept_however_long_nobody_looked() {
        let mut counted = AnswersByMinute::default();
        for minute in 0..200 {
            counted.count(at(60 * minute), u64::try_from(minute).unwrap());
        }
        assert_eq!(minutes(&counted).len(), KEPT);
        assert_eq!(minutes(&counted).first(), Some(&(60 * 139, 1)));
        counted.count(at(60 * 100_000), 300);
        assert_eq!(minutes(&counted).len(), KEPT);
        assert!(minutes(&counted).iter().all(|(_, answers)| *answers == 0));
    }

    #[test]
    fn a_clock_that_goes_back_tells_no_minute_twice() {
        let mut counted = AnswersByMinute::default();
        counted.count(at(60), 1);
        counted.count(at(120), 2);
        counted.count(at(0), 5);
        counted.count(at(180), 8);
        assert_eq!(minutes(&counted), [(60, 2), (120, 6)]);
    }
}
