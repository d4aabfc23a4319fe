use std::path::Path;

use serde_json::json;

use super::pkilint::judge;

/// Where the JSON document at `document` breaks the JSON Schema at `schema`: empty when it fits.
/// The schema itself is checked too.
#[track_caller]
pub fn schema_violations(schema: &Path, document: &Path) -> Vec<String> {
    let request = json!({"judge": "schema", "schema": schema, "file": document});
    judge(std::iter::once(request)).into_iter().map(|finding| finding.message).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_breaks_its_schema_is_told_where() {
        let folder = crate::harness::folder();
        let (schema, document) = (folder.path().join("schema.json"), folder.path().join("document.json"));
        std::fs::write(
            &schema,
            r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
            "properties":{"at":{"type":"string","format":"date-time"}},"required":["at"]}"#,
        )
        .unwrap();
        std::fs::write(&document, r#"{"at":"2026-11-21T10:00:00Z"}"#).unwrap();
        assert!(schema_violations(&schema, &document).is_empty());
        std::fs::write(&document, r#"{"at":"yesterday"}"#).unwrap();
        assert_eq!(schema_violations(&schema, &document), ["$.at: 'yesterday' is not a 'date-time'"]);
    }
}
