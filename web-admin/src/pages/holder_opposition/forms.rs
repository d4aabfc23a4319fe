//! The two forms, and what is read from them.

use askama::Template;
use registration_authority::opposition::Ground;
use registration_authority::opposition::code::{NotAnOppositionCode, OppositionCode};
use registration_authority::opposition::declaration::{Declared, GROUNDS};
use store::{Code, Fault};

use crate::frame::Frame;
use crate::messages::Key;
use crate::pages::FieldError;
use crate::pages::new_order::digits;
use crate::posted::Fields;
use crate::words;

/// The forms: one with the code, one without.
#[derive(Template)]
#[template(path = "holder_opposition.html")]
pub(super) struct FormsPage {
    frame: Frame,
    errors: Vec<FieldError>,
    /// Whether the errors are about the form without a code.
    is_call_back: bool,
    number: String,
    grounds: Vec<Choice>,
}

struct Choice {
    code: &'static str,
    label: Key,
    chosen: bool,
}

impl FormsPage {
    pub(super) fn of(frame: Frame, errors: Vec<FieldError>, is_call_back: bool, fields: &Fields) -> Self {
        let chosen = fields.text("motif");
        let choice = |ground: Ground| Choice {
            code: ground.as_str(),
            label: words::ground(ground),
            chosen: ground.as_str() == chosen,
        };
        let number: String = fields.text("numero").chars().take(20).collect();
        Self { frame, errors, is_call_back, number, grounds: GROUNDS.into_iter().map(choice).collect() }
    }

    fn section(&self) -> &'static str {
        ""
    }

    /// The error of this field of this form. A code is never written back into a form.
    fn error(&self, field: &str, of_call_back: bool) -> Option<&FieldError> {
        let of_form = self.is_call_back == of_call_back;
        self.errors.iter().find(|error| of_form && error.field == field)
    }

    /// The field of the form that an error is about.
    fn anchor(&self, error: &FieldError) -> String {
        format!("{}{}", error.field, if self.is_call_back { "-rappel" } else { "" })
    }

    /// What stands in the field of this form.
    fn typed(&self, of_call_back: bool) -> &str {
        if self.is_call_back == of_call_back { &self.number } else { "" }
    }
}

/// What a form says, read: whose card, and what has happened.
pub(super) struct Said {
    pub(super) declared: Declared,
    pub(super) ground: Ground,
}

impl Said {
    pub(super) fn read(fields: &Fields) -> Result<Self, Vec<FieldError>> {
        let declared = digits(fields.text("numero")).parse::<Declared>().map_err(|error| error.code());
        let ground = fields.text("motif").parse().ok().filter(|ground| GROUNDS.contains(ground));
        let ground = ground.ok_or(registration_authority::faults::OPPOSITION_GROUND_UNKNOWN);
        match (declared, ground) {
            (Ok(declared), Ok(ground)) => Ok(Self { declared, ground }),
            (declared, ground) => {
                let wrong = |field, code: Option<Code>| code.map(|code| FieldError::new(field, code));
                let errors = [wrong("numero", declared.err()), wrong("motif", ground.err())];
                Err(errors.into_iter().flatten().collect())
            }
        }
    }

    pub(super) fn read_with_code(fields: &Fields) -> Result<(Self, OppositionCode), Vec<FieldError>> {
        let code = fields.text("code").parse::<OppositionCode>();
        let wrong = |error: NotAnOppositionCode| FieldError::new("code", error.code());
        match (Self::read(fields), code) {
            (Ok(said), Ok(code)) => Ok((said, code)),
            (said, code) => Err(said.err().into_iter().flatten().chain(code.err().map(wrong)).collect()),
        }
    }
}
