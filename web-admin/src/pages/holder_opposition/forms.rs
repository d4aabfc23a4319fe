//! The forms of the first page, and what is read from them.

use actix_web::HttpRequest;
use askama::Template;
use registration_authority::faults as rules;
use registration_authority::opposition::Ground;
use registration_authority::opposition::code::{NotAnOppositionCode, OppositionCode};
use registration_authority::opposition::declaration::{Declared, GROUNDS, NotDeclared};
use store::Fault;

use crate::exchange::state_of;
use crate::frame::Frame;
use crate::messages::Key;
use crate::pages::FieldError;
use crate::pages::new_order::digits;
use crate::posted::Fields;
use crate::words;

/// What a form is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To declare with the code of the letter.
    Code,
    /// To be sent a one-time code.
    Mail,
    /// To be called back.
    CallBack,
}

impl Way {
    /// What the identifiers of its fields end with.
    fn suffix(self) -> &'static str {
        match self {
            Self::Code => "",
            Self::Mail => "-courriel",
            Self::CallBack => "-rappel",
        }
    }
}

/// The forms: one with the code of the letter, two without.
#[derive(Template)]
#[template(path = "holder_opposition.html")]
pub(super) struct FormsPage {
    frame: Frame,
    errors: Vec<FieldError>,
    /// The form that the errors are about.
    way: Way,
    number: String,
    grounds: Vec<Choice>,
    /// Whether one-time codes can be sent.
    codes_by_mail: bool,
}

/// A ground to choose.
pub(super) struct Choice {
    pub(super) code: &'static str,
    pub(super) label: Key,
    pub(super) chosen: bool,
}

impl Choice {
    /// Every ground of a holder; that which was chosen already stays so.
    pub(super) fn all(fields: &Fields) -> Vec<Self> {
        let chosen = fields.text("motif");
        let choice = |ground: Ground| Self {
            code: ground.as_str(),
            label: words::ground(ground),
            chosen: ground.as_str() == chosen,
        };
        GROUNDS.into_iter().map(choice).collect()
    }
}

impl FormsPage {
    pub(super) fn of(request: &HttpRequest, errors: Vec<FieldError>, way: Way, fields: &Fields) -> Self {
        Self {
            frame: Frame::outside(request),
            errors,
            way,
            number: fields.text("numero").chars().take(20).collect(),
            grounds: Choice::all(fields),
            codes_by_mail: state_of(request).codes_by_mail(),
        }
    }

    fn section(&self) -> &'static str {
        ""
    }

    /// The error of this field of this form. A code is never written back into a form.
    fn error(&self, field: &str, way: Way) -> Option<&FieldError> {
        self.errors.iter().find(|error| self.way == way && error.field == field)
    }

    /// The field of the form that an error is about.
    fn anchor(&self, error: &FieldError) -> String {
        format!("{}{}", error.field, self.way.suffix())
    }

    /// What stands in the field of this form.
    fn typed(&self, way: Way) -> &str {
        if self.way == way { &self.number } else { "" }
    }
}

/// What a form says, read: whose card, and what has happened.
pub(super) struct Said {
    pub(super) declared: Declared,
    pub(super) ground: Ground,
}

impl Said {
    pub(super) fn read(fields: &Fields) -> Result<Self, Vec<FieldError>> {
        match (declared(fields), ground(fields)) {
            (Ok(declared), Ok(ground)) => Ok(Self { declared, ground }),
            (declared, ground) => Err(declared.err().into_iter().chain(ground.err()).collect()),
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

/// Whose card it is.
pub(super) fn declared(fields: &Fields) -> Result<Declared, FieldError> {
    digits(fields.text("numero"))
        .parse()
        .map_err(|error: NotDeclared| FieldError::new("numero", error.code()))
}

/// What has happened.
pub(super) fn ground(fields: &Fields) -> Result<Ground, FieldError> {
    let ground = fields.text("motif").parse().ok().filter(|ground| GROUNDS.contains(ground));
    ground.ok_or(FieldError::new("motif", rules::OPPOSITION_GROUND_UNKNOWN))
}
