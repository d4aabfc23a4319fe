//! The three addresses of a kind, mounted and described from what the kind says of itself.

use actix_web::{Route, web};
use utoipa::ToSchema;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{
    Content, HttpMethod, ObjectBuilder, Paths, Ref, Required, Response, ResponseBuilder, ResponsesBuilder,
    Type,
};

use super::super::Mounted;
use super::super::decision::{Asked, Challenge, Signed};
use super::super::problem::{self, Refusals};
use super::{Subject, challenge, decide, show};

/// A kind of what is decided on, as it is mounted and described.
pub(in crate::api) struct Kind {
    address: &'static str,
    show: fn() -> Route,
    challenge: fn() -> Route,
    decide: fn() -> Route,
    describe: fn(&mut Paths),
}

impl Kind {
    /// The kind of this type.
    pub(in crate::api) const fn of<S: Subject>() -> Self {
        Self {
            address: S::ADDRESS,
            show: || web::get().to(show::<S>),
            challenge: || web::post().to(challenge::<S>),
            decide: || web::post().to(decide::<S>),
            describe: describe::<S>,
        }
    }

    /// The same, read by a handler of its own.
    pub(in crate::api) const fn read_by(self, show: fn() -> Route) -> Self {
        Self { show, ..self }
    }

    /// What is served of it.
    pub(in crate::api) fn mounted(&self) -> [Mounted; 3] {
        let below = |what: &str| format!("{}/{what}", self.address);
        [
            ("get", self.address.to_owned(), self.show),
            ("post", below("challenge"), self.challenge),
            ("post", below("decision"), self.decide),
        ]
    }

    /// Writes it into the description.
    pub(in crate::api) fn describe(&self, paths: &mut Paths) {
        (self.describe)(paths);
    }
}

/// As the macro of utoipa describes a handler.
fn describe<S: Subject>(paths: &mut Paths) {
    let number = || parameter("number", ParameterIn::Path, Type::String);
    let seen = || parameter("If-Match", ParameterIn::Header, Type::String);
    let key = ParameterBuilder::from(parameter(
        "Idempotency-Key",
        ParameterIn::Header,
        SchemaType::from_iter([Type::String, Type::Null]),
    ));
    let key = key.required(Required::False);
    let shown = || ResponseBuilder::from(answered::<S::Shown>()).header("ETag", Header::default());
    let operation = |words: &str| OperationBuilder::new().tag(S::TAG).summary(Some(words));
    let refused = |done: Response| {
        let refusals = ResponsesBuilder::new().responses_from_into_responses::<Refusals>();
        refusals.response("200", done).build()
    };
    let read = operation(S::WORDS.show).parameter(number()).responses(
        ResponsesBuilder::new()
            .response("200", shown())
            .response("403", problem::described())
            .response("404", problem::described()),
    );
    let asked = operation(S::WORDS.challenge)
        .parameter(number())
        .parameter(seen())
        .request_body(Some(sent::<Asked>()))
        .responses(refused(answered::<Challenge>()));
    let decided = operation(S::WORDS.decide)
        .parameter(number())
        .parameter(seen())
        .parameter(key)
        .request_body(Some(sent::<Signed>()))
        .responses(refused(shown().build()));
    paths.add_path_operation(S::ADDRESS, vec![HttpMethod::Get], read);
    paths.add_path_operation(format!("{}/challenge", S::ADDRESS), vec![HttpMethod::Post], asked);
    paths.add_path_operation(format!("{}/decision", S::ADDRESS), vec![HttpMethod::Post], decided);
}

fn parameter(name: &str, place: ParameterIn, form: impl Into<SchemaType>) -> Parameter {
    let text = ObjectBuilder::new().schema_type(form);
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::True).schema(Some(text)).build()
}

fn sent<T: ToSchema>() -> RequestBody {
    RequestBodyBuilder::new()
        .content("application/json", content::<T>())
        .required(Some(Required::True))
        .build()
}

fn answered<T: ToSchema>() -> Response {
    ResponseBuilder::new().content("application/json", content::<T>()).build()
}

fn content<T: ToSchema>() -> Content {
    Content::new(Some(Ref::from_schema_name(T::name())))
}
