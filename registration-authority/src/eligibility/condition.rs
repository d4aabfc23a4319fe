use store::Code;

use super::Product;
use crate::faults;

/// What a rule asks for. The tables name conditions by [`Condition::name`]; what each one means of the facts stands in
/// `card` and `offer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Whoever asks is one of those who may.
    Asker,
    /// The product can be made here.
    Offered,
    /// The profession is one of TRE_G15 at this date.
    ProfessionActive,
    /// The register knows the holder.
    HolderKnown,
    /// The holder has not left it.
    HolderPresent,
    /// The holder exercises the profession, or did.
    Exercised,
    /// In a category that the card is for.
    Category,
    /// Who learns the profession has a card (TRE_G16).
    Training,
    /// The exercise has not ended.
    ExerciseLiving,
    /// The type of the card, the category and a mode of the exercise are codes of their tables at this date.
    CodesInForce,
    /// No other order for the same is open.
    NoOpenOrder,
    /// The card to be replaced is the holder's, for this exercise.
    ReplacesOwn,
    /// It has no successor.
    ReplacesLast,
    /// No other card for this exercise is active.
    NoActiveCard,
    /// None is on its way.
    NoCardOnItsWay,
    /// The order names the holder as the register does.
    NamedAsRegister,
    /// Whoever decides is one of those who may, and did not submit it.
    Approver,
    /// He has not approved it already, where two must.
    SecondOfficer,
    /// The holder has accepted the terms of use, before the card is handed over.
    TermsAccepted,
    /// A certificate can hold the holder's names.
    NamesCertifiable,
    /// The register knows the structure.
    StructureKnown,
    /// The structure has a number that a certificate carries.
    StructureIdentified,
    /// Every name is allowed to the structure.
    NamesAllowed,
    /// Whoever asks in the name of a structure speaks for it.
    Mandated,
    /// Its agent has declared the person, who is still there.
    MemberDeclared,
    /// The card is for who has this post.
    PostFits,
    /// The order names the person as he is declared.
    NamedAsDeclared,
    /// The address is a mailbox of this very professional.
    AddressKnown,
    /// No other request for the same key is open.
    NoOpenRequest,
    /// The key is nobody else's, and was not compromised.
    KeyUnshared,
}

/// What the table of a card that can be ordered must ask for, whatever else.
pub(super) const OF_CARDS: &[Condition] = &[
    Condition::Asker,
    Condition::ProfessionActive,
    Condition::HolderKnown,
    Condition::HolderPresent,
    Condition::Exercised,
    Condition::Category,
    Condition::ExerciseLiving,
    Condition::NoOpenOrder,
    Condition::ReplacesOwn,
    Condition::ReplacesLast,
    Condition::NoActiveCard,
    Condition::NoCardOnItsWay,
    Condition::NamedAsRegister,
    Condition::NamesCertifiable,
    Condition::Approver,
    Condition::SecondOfficer,
    Condition::TermsAccepted,
    Condition::CodesInForce,
];

/// The same for the card of the staff of a structure.
pub(super) const OF_STAFF_CARDS: &[Condition] = &[
    Condition::Mandated,
    Condition::Asker,
    Condition::StructureKnown,
    Condition::StructureIdentified,
    Condition::MemberDeclared,
    Condition::PostFits,
    Condition::NoOpenOrder,
    Condition::ReplacesOwn,
    Condition::ReplacesLast,
    Condition::NoActiveCard,
    Condition::NoCardOnItsWay,
    Condition::NamedAsDeclared,
    Condition::Approver,
    Condition::SecondOfficer,
    Condition::TermsAccepted,
    Condition::CodesInForce,
];

/// The same for the software certificate of a professional.
pub(super) const OF_PROFESSIONALS: &[Condition] = &[
    Condition::Asker,
    Condition::ProfessionActive,
    Condition::HolderKnown,
    Condition::HolderPresent,
    Condition::Exercised,
    Condition::Category,
    Condition::ExerciseLiving,
    Condition::NamedAsRegister,
    Condition::NamesCertifiable,
    Condition::AddressKnown,
    Condition::NoOpenRequest,
    Condition::KeyUnshared,
    Condition::CodesInForce,
    Condition::Approver,
];

/// The same for that of one of the staff of a structure.
pub(super) const OF_MEMBERS: &[Condition] = &[
    Condition::Mandated,
    Condition::Asker,
    Condition::StructureKnown,
    Condition::StructureIdentified,
    Condition::MemberDeclared,
    Condition::PostFits,
    Condition::NamedAsDeclared,
    Condition::NamesAllowed,
    Condition::NoOpenRequest,
    Condition::KeyUnshared,
    Condition::Approver,
];

/// The same for the software certificate of a structure.
pub(super) const OF_OFFERS: &[Condition] = &[
    Condition::Mandated,
    Condition::Asker,
    Condition::StructureKnown,
    Condition::StructureIdentified,
    Condition::NamesAllowed,
    Condition::NoOpenRequest,
    Condition::KeyUnshared,
    Condition::Approver,
];

impl Condition {
    /// Every condition, in the order in which they are asked.
    pub const ALL: [Self; 30] = [
        Self::Offered,
        Self::Asker,
        Self::ProfessionActive,
        Self::HolderKnown,
        Self::HolderPresent,
        Self::Exercised,
        Self::Category,
        Self::Training,
        Self::ExerciseLiving,
        Self::CodesInForce,
        Self::NoOpenOrder,
        Self::ReplacesOwn,
        Self::ReplacesLast,
        Self::NoActiveCard,
        Self::NoCardOnItsWay,
        Self::NamedAsRegister,
        Self::NamesCertifiable,
        Self::Approver,
        Self::SecondOfficer,
        Self::TermsAccepted,
        Self::StructureKnown,
        Self::StructureIdentified,
        Self::NamesAllowed,
        Self::AddressKnown,
        Self::NoOpenRequest,
        Self::KeyUnshared,
        Self::Mandated,
        Self::MemberDeclared,
        Self::PostFits,
        Self::NamedAsDeclared,
    ];

    /// As the tables write it: `holder-known`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asker => "asker",
            Self::Offered => "offered",
            Self::ProfessionActive => "profession-active",
            Self::HolderKnown => "holder-known",
            Self::HolderPresent => "holder-present",
            Self::Exercised => "exercised",
            Self::Category => "category",
            Self::Training => "training",
            Self::ExerciseLiving => "exercise-living",
            Self::CodesInForce => "codes-in-force",
            Self::NoOpenOrder => "no-open-order",
            Self::ReplacesOwn => "replaces-own",
            Self::ReplacesLast => "replaces-last",
            Self::NoActiveCard => "no-active-card",
            Self::NoCardOnItsWay => "no-card-on-its-way",
            Self::NamedAsRegister => "named-as-register",
            Self::Approver => "approver",
            Self::SecondOfficer => "second-officer",
            Self::TermsAccepted => "terms-accepted",
            Self::NamesCertifiable => "names-certifiable",
            Self::StructureKnown => "structure-known",
            Self::StructureIdentified => "structure-identified",
            Self::NamesAllowed => "names-allowed",
            Self::AddressKnown => "address-known",
            Self::NoOpenRequest => "no-open-request",
            Self::KeyUnshared => "key-unshared",
            Self::Mandated => "mandated",
            Self::MemberDeclared => "member-declared",
            Self::PostFits => "post-fits",
            Self::NamedAsDeclared => "named-as-declared",
        }
    }

    /// The condition of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.name() == name)
    }

    /// The stable code of a refusal of this product because of it. What the register says of a holder, or an agent of his staff, has the
    /// code that it has for a card.
    pub const fn code(self, product: Product) -> Code {
        match self {
            Self::Asker => faults::OFFICER_ROLE_MISSING,
            Self::Offered => match product {
                Product::Card(_) => faults::ORDER_KIND_NOT_OFFERED,
                Product::Offer(_) => faults::REQUEST_PROFILE_NOT_OFFERED,
            },
            Self::ProfessionActive => faults::ORDER_PROFESSION_INACTIVE,
            Self::HolderKnown => faults::ORDER_HOLDER_UNKNOWN,
            Self::HolderPresent => faults::ORDER_HOLDER_CEASED,
            Self::Exercised => faults::ORDER_PROFESSION_NOT_EXERCISED,
            Self::Category => faults::ORDER_CATEGORY_REFUSED,
            Self::Training => faults::ORDER_TRAINING_REFUSED,
            Self::ExerciseLiving => faults::ORDER_PROFESSION_CEASED,
            Self::CodesInForce => faults::ORDER_CODE_NOT_IN_FORCE,
            Self::NoOpenOrder => faults::ORDER_ALREADY_OPEN,
            Self::ReplacesOwn => faults::ORDER_REPLACES_ANOTHER,
            Self::ReplacesLast => faults::ORDER_REPLACED_ALREADY,
            Self::NoActiveCard => faults::ORDER_CARD_ACTIVE,
            Self::NoCardOnItsWay => faults::ORDER_CARD_IN_PRODUCTION,
            Self::NamedAsRegister => faults::ORDER_REGISTER_CHANGED,
            Self::Approver => match product {
                Product::Card(_) => faults::ORDER_SELF_APPROVAL,
                Product::Offer(_) => faults::REQUEST_SELF_APPROVAL,
            },
            Self::SecondOfficer => faults::ORDER_SECOND_OFFICER,
            Self::TermsAccepted => faults::TERMS_NOT_ACCEPTED,
            Self::NamesCertifiable => faults::ORDER_NAME_UNCERTIFIABLE,
            Self::StructureKnown => match product {
                Product::Card(_) => faults::ORDER_STRUCTURE_UNKNOWN,
                Product::Offer(_) => faults::REQUEST_STRUCTURE_UNKNOWN,
            },
            Self::StructureIdentified => match product {
                Product::Card(_) => faults::ORDER_STRUCTURE_UNIDENTIFIED,
                Product::Offer(_) => faults::REQUEST_STRUCTURE_UNIDENTIFIED,
            },
            Self::NamesAllowed => faults::REQUEST_NAME_NOT_APPROVED,
            Self::AddressKnown => faults::REQUEST_ADDRESS_UNKNOWN,
            Self::NoOpenRequest => faults::REQUEST_ALREADY_OPEN,
            Self::KeyUnshared => faults::REQUEST_KEY_KNOWN,
            Self::Mandated => faults::ORDER_NOT_MANDATED,
            Self::MemberDeclared => faults::ORDER_MEMBER_UNKNOWN,
            Self::PostFits => faults::ORDER_POST_REFUSED,
            Self::NamedAsDeclared => faults::ORDER_MEMBER_CHANGED,
        }
    }
}
