//! `[publication.object_store]`: where else what is published goes.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `[publication.object_store]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectStoreSection {
    /// `https://s3.example`.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Its region, as signatures name it.
    #[serde(default = "region")]
    pub region: String,
    /// What stands before the name of each object.
    #[serde(default)]
    pub prefix: String,
    /// Whether the bucket stands in the path, and not in the host's name.
    #[serde(default = "path_style")]
    pub path_style: bool,
    /// The key's name.
    pub access_key_id: String,
    /// The file of the key's secret.
    pub secret_key_file: PathBuf,
}

fn region() -> String {
    "us-east-1".to_owned()
}

fn path_style() -> bool {
    true
}

impl ObjectStoreSection {
    /// With an absolute path.
    pub(super) fn understand(self, folder: &Path) -> Self {
        Self { secret_key_file: folder.join(&self.secret_key_file), ..self }
    }
}
