use std::path::Path;

use serde::{Deserialize, Serialize};

/// `[database]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSection {
    /// `sqlite:FILE`, or `postgres://…` without a password.
    pub url: String,
}

impl DatabaseSection {
    /// The address, with an absolute path. The error names the key.
    pub(super) fn understand(self, folder: &Path) -> Result<String, String> {
        let url = self.url;
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(format!("sqlite:{}", folder.join(path).display()));
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(format!("database.url: {url:?} begins with neither sqlite: nor postgres://"));
        }
        let authority = url.split("//").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let has_password = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
        if has_password || url.contains("password=") {
            return Err("database.url: a password does not stand in the configuration; use a pgpass file or a Unix socket"
                .to_owned());
        }
        Ok(url)
    }
}
