//! What the status role of this node says of itself, and how long the OCSP responders answer.

use std::time::Duration;

use ca_core::responder;
use store::{Database, Timestamp};

use super::State;
use crate::chart::BarChart;
use crate::failure::Failure;
use crate::language::Language;
use crate::operations::{OcspFigures, Urgency};
use crate::typography::Shown;

/// How long the status log may go unread: the status role says by then that it is not ready.
const LOG_PATIENCE: Duration = Duration::from_secs(10);

/// A status role that answers.
pub(super) struct StatusRole {
    /// How long ago the status log was last read; none where it never was.
    pub(super) log_read: Option<String>,
    pub(super) from_memory: String,
    pub(super) by_signing: String,
    /// None in its first minute.
    pub(super) chart: Option<BarChart>,
    pub(super) state: State,
}

/// The responder of one authority.
pub(super) struct Responder {
    pub(super) authority: String,
    pub(super) until: Option<Shown>,
    pub(super) lasts: Option<String>,
    pub(super) asked_at: Option<Shown>,
    /// The code of why its successor was refused.
    pub(super) refused: Option<String>,
    pub(super) state: State,
}

impl StatusRole {
    pub(super) fn of(figures: OcspFigures, language: Language, at: Timestamp) -> Self {
        let followed = figures.log_read_at.is_some_and(|read| read.plus(LOG_PATIENCE) >= at);
        Self {
            log_read: figures.log_read_at.map(|read| language.ago(read, at)),
            from_memory: language.thousands(i64::try_from(figures.from_memory).unwrap_or(i64::MAX)),
            by_signing: language.thousands(i64::try_from(figures.by_signing).unwrap_or(i64::MAX)),
            chart: (!figures.by_minute.is_empty()).then(|| chart(&figures.by_minute, language)),
            state: State::of(if followed { Urgency::Well } else { Urgency::Alarm }),
        }
    }
}

fn chart(by_minute: &[(Timestamp, u64)], language: Language) -> BarChart {
    let written = |answers: u64| language.thousands(i64::try_from(answers).unwrap_or(i64::MAX));
    let figures: Vec<_> =
        by_minute.iter().map(|(begins, answers)| (language.hour(Shown(*begins)), *answers)).collect();
    let all = by_minute.iter().map(|(_, answers)| *answers).fold(0, u64::saturating_add);
    let highest = by_minute.iter().map(|(_, answers)| *answers).max().unwrap_or(0);
    let minutes = by_minute.len();
    BarChart {
        id: "reponses",
        title: language.say("operations-rate"),
        summary: match all {
            0 => language.say("operations-rate-none").count("minutes", minutes),
            _ => language
                .say("operations-rate-some")
                .count("answers", all)
                .count("minutes", minutes)
                .count("most", highest),
        },
        headings: [language.say("operations-minute"), language.say("operations-answers")],
        bars: BarChart::bars_of(&figures, written),
    }
}

/// Of each issuing authority that goes on.
pub(super) fn responders(
    db: &mut Database,
    language: Language,
    at: Timestamp,
) -> Result<Vec<Responder>, Failure> {
    let outlooks = responder::outlook(db)?.into_iter();
    Ok(outlooks
        .map(|outlook| Responder {
            until: outlook.until.map(Shown),
            lasts: outlook.until.filter(|until| *until > at).map(|until| language.ago(at, until)),
            asked_at: outlook.asked_at.map(Shown),
            state: State::of(match (outlook.has_ended(at), outlook.is_trouble(at)) {
                (true, _) => Urgency::Alarm,
                (false, true) => Urgency::Warning,
                (false, false) => Urgency::Well,
            }),
            refused: outlook.refused.map(|(code, _)| code),
            authority: outlook.authority,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_role_that_no_longer_reads_the_log_is_loud() {
        let at = Timestamp::from_seconds(1_000_000);
        let of = |log_read_at| {
            let figures = OcspFigures {
                log_read_at,
                from_memory: 0,
                by_signing: 0,
                by_minute: Vec::new(),
                signer: None,
            };
            StatusRole::of(figures, Language::French, at).state.is_well()
        };
        assert!(of(Some(at.minus(LOG_PATIENCE))));
        assert!(!of(Some(at.minus(LOG_PATIENCE + Duration::from_secs(1)))));
        assert!(!of(None));
    }

    #[test]
    fn the_chart_says_in_words_what_it_draws() {
        let minute = |place: i64, answers| (Timestamp::from_seconds(60 * place), answers);
        assert_eq!(
            chart(&[minute(0, 1200), minute(1, 34)], Language::French)
                .summary
                .to_string()
                .replace('\u{202f}', " "),
            "1 234 réponses en 2 min, 1 200 au plus en une minute."
        );
        assert_eq!(chart(&[minute(0, 0)], Language::English).summary.to_string(), "No answer in 1 min.");
    }
}
