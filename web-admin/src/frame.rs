//! What stands around every page: who is signed in, where, and whether it is a demonstration.

use registration_authority::officers::{Right, Role};

use crate::sessions::Session;
use crate::{assets, words};

/// The part of a page that all pages share (`templates/base.html`).
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) is_demo: bool,
    pub(crate) badge: Option<Badge>,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    pub(crate) display_name: String,
    role: Role,
    form_token: String,
}

impl Badge {
    /// The officer's role, in French.
    pub(crate) fn role(&self) -> &'static str {
        words::role(self.role)
    }

    /// Whether the menu offers the queue.
    pub(crate) fn reads_queue(&self) -> bool {
        self.role.may(Right::ReadQueue)
    }

    /// Whether the menu offers to find a card.
    pub(crate) fn reads_cards(&self) -> bool {
        self.role.may(Right::ReadCard)
    }

    /// Whether the menu offers the officers' keys.
    pub(crate) fn reads_keys(&self) -> bool {
        self.role.may(Right::ReadKeys)
    }

    /// Whether the menu offers structures.
    pub(crate) fn reads_structures(&self) -> bool {
        self.role.may(Right::ReadStructures)
    }

    /// Whether the menu offers to ask for a card.
    pub(crate) fn submits(&self) -> bool {
        self.role.may(Right::Submit)
    }
}

impl Frame {
    /// For who is not signed in.
    pub(crate) fn outside(is_demo: bool) -> Self {
        Self { is_demo, badge: None }
    }

    /// For who is signed in.
    pub(crate) fn inside(is_demo: bool, session: &Session) -> Self {
        let Session { display_name, role, form_token, .. } = session.clone();
        Self { is_demo, badge: Some(Badge { display_name, role, form_token }) }
    }

    /// The token for the forms; none where nobody is signed in.
    pub(crate) fn form_token(&self) -> &str {
        self.badge.as_ref().map_or("", |badge| &badge.form_token)
    }

    /// The address of the style sheet.
    pub(crate) fn style_sheet(&self) -> &'static str {
        assets::STYLE_SHEET
    }

    /// The address of the one script.
    pub(crate) fn script(&self) -> &'static str {
        assets::SCRIPT
    }

    /// The address of the mark.
    pub(crate) fn mark(&self) -> &'static str {
        assets::MARK
    }
}
