//! What pages say, in each language: the messages of `locales/{fr,en}/`, one file a page (Project Fluent), embedded.
//!
//! A template asks `{{ frame.say("pki-title") }}`. A message holds no HTML, and what is put into it is text: the template escapes
//! all of it. Where an element stands inside a sentence, the sentence stays whole in its message, `paru le { $at }.`, and the template
//! takes what is before and what is after: `{{ m.before("at") }}<time>…</time>{{ m.after("at") }}`.
//! That keys and arguments are the same everywhere is tested, and a key that nobody asks for is found (`messages/tests.rs`).

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::language::Language;
use crate::typography;

type Bundle = FluentBundle<FluentResource>;

/// The files of one language; [`Language::ALL`] is their order.
type Files = [&'static str; 2];

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// Every file of `locales/`, and its name.
        const FILES: &[(&str, Files)] = &[$((
            $name,
            [
                include_str!(concat!("../locales/fr/", $name, ".ftl")),
                include_str!(concat!("../locales/en/", $name, ".ftl")),
            ],
        )),*];
    };
}

files![
    "accessibility",
    "base",
    "bulk",
    "card",
    "delegations",
    "diagnostic",
    "dossier",
    "failure",
    "help",
    "holder",
    "inbox",
    "keys",
    "lapses",
    "new-order",
    "operations",
    "person",
    "pki",
    "plans",
    "queue",
    "refusal",
    "refusal-card",
    "register",
    "requests",
    "reviews",
    "sessions",
    "sign",
    "sign-in",
    "software",
    "stale",
    "structure",
    "tickets",
    "trail",
    "words",
];

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| Language::ALL.map(bundle));

/// The name of a message: `pki-title`. In sources it stands whole, so that the test finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) Cow<'static, str>);

impl Key {
    /// This one.
    pub(crate) const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

impl From<&'static str> for Key {
    fn from(name: &'static str) -> Self {
        Self::of(name)
    }
}

impl From<&Self> for Key {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

// As templates name what their loops go over.
impl From<&&Self> for Key {
    fn from(key: &&Self) -> Self {
        (*key).clone()
    }
}

/// A message in one language, with what is put into it; written where it is shown.
#[derive(Debug)]
pub(crate) struct Message {
    language: Language,
    key: Key,
    attribute: Option<&'static str>,
    arguments: FluentArgs<'static>,
    /// Where it is cut: at what it begins behind, at what it ends before.
    cut: [Option<&'static str>; 2],
}

/// What stands for an element that the template writes: noncharacters (Unicode §23.7), which no text has.
const START: &str = "\u{FDD0}";
const END: &str = "\u{FDD1}";

impl Message {
    pub(crate) fn new(language: Language, key: Key) -> Self {
        Self { language, key, attribute: None, arguments: FluentArgs::new(), cut: [None; 2] }
    }

    /// Its attribute of this name.
    pub(crate) fn attribute(self, name: &'static str) -> Self {
        Self { attribute: Some(name), ..self }
    }

    /// With this text in it.
    pub(crate) fn with(mut self, name: &'static str, text: impl fmt::Display) -> Self {
        self.arguments.set(name, text.to_string());
        self
    }

    /// With this number in it, which its plurals go by, written as the language writes numbers.
    pub(crate) fn count(mut self, name: &'static str, number: impl fmt::Display) -> Self {
        self.arguments.set(name, FluentValue::try_number(&number.to_string()).into_owned());
        self
    }

    /// What of it comes after the place of this element.
    pub(crate) fn after(mut self, name: &'static str) -> Self {
        self.arguments.set(name, START);
        Self { cut: [Some(name), self.cut[1]], ..self }
    }

    /// What of it comes before the place of this element.
    pub(crate) fn before(mut self, name: &'static str) -> Self {
        self.arguments.set(name, END);
        Self { cut: [self.cut[0], Some(name)], ..self }
    }

    /// Whether there is such a message.
    pub(crate) fn stands(&self) -> bool {
        bundle_of(self.language).has_message(&self.key.0)
    }
}

impl fmt::Display for Message {
    /// A message that is not there is written as its key: no test has met one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bundle = bundle_of(self.language);
        let pattern = bundle.get_message(&self.key.0).and_then(|message| match self.attribute {
            Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
            None => message.value(),
        });
        debug_assert!(pattern.is_some(), "there is no message {}", self.key.0);
        let Some(pattern) = pattern else { return f.write_str(&self.key.0) };
        let mut missing = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&self.arguments), &mut missing);
        // Of a message that is cut at an element, the elements beyond have no value: their places are cut away.
        let whole = self.cut == [None; 2];
        debug_assert!(!whole || missing.is_empty(), "{} lacks something: {missing:?}", self.key.0);
        let [start, _] = self.cut;
        let text = start.map_or(Some(&*text), |_| text.split_once(START).map(|(_, rest)| rest));
        f.write_str(text.and_then(|text| text.split(END).next()).unwrap_or_default())
    }
}

fn bundle_of(language: Language) -> &'static Bundle {
    match language {
        Language::French => &BUNDLES[0],
        Language::English => &BUNDLES[1],
    }
}

fn bundle(language: Language) -> Bundle {
    let tag = language.tag().parse().expect("its tag is one of RFC 5646");
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Both are written from left to right: nothing is to be isolated.
    bundle.set_use_isolating(false);
    let place = Language::ALL.iter().position(|one| *one == language).expect("it is one of all");
    for (_, files) in FILES {
        let resource = FluentResource::try_new(files[place].to_owned()).expect("the tests read every file");
        bundle.add_resource(resource).expect("no key stands in two files, the tests say");
    }
    match language {
        Language::French => {
            bundle.set_transform(Some(|text| typography::french(text).into()));
            bundle.set_formatter(Some(|value, _| number(value).map(typography::thousands)));
        }
        Language::English => {
            bundle.set_transform(Some(|text| text.replace('\'', "’").into()));
            bundle.set_formatter(Some(|value, _| number(value).map(typography::english::thousands)));
        }
    }
    bundle
}

/// Counts are whole.
fn number(value: &FluentValue<'_>) -> Option<i64> {
    match value {
        FluentValue::Number(number) => Some(number.value as i64),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
