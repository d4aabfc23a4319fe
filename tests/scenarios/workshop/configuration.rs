//! What stands in the `igc.toml` of a workshop.

use std::fs;

use acceptance::harness::MailServer;

use super::Workshop;

impl Workshop {
    pub(super) fn configured(&self, section: &str, key: &str) -> String {
        self.config()[section][key].as_str().unwrap().to_owned()
    }

    pub(super) fn config(&self) -> toml::Table {
        fs::read_to_string(self.dir.join("igc.toml")).unwrap().parse().unwrap()
    }

    /// Sets one key of `igc.toml`.
    pub fn configure(&self, section: &str, key: &str, value: impl Into<toml::Value>) {
        let path = self.dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let section = config.entry(section).or_insert(toml::Table::new().into());
        section.as_table_mut().unwrap().insert(key.to_owned(), value.into());
        fs::write(path, config.to_string()).unwrap();
    }

    /// Says in `igc.toml` that this server takes the mail.
    pub fn write_to(&self, server: &MailServer) {
        self.configure("mail", "server", "127.0.0.1");
        self.configure("mail", "port", i64::from(server.port()));
        self.configure("mail", "security", "none");
        self.configure("mail", "from", "IGC Santé <ne-pas-repondre@igc.exemple.fr>");
        self.configure("mail", "timeout_seconds", 2);
    }

    /// Makes it a production installation: no demonstration's proof counts.
    pub fn put_into_production(&self) {
        let path = self.dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        config.remove("demo");
        config.insert("kind".to_owned(), "production".into());
        fs::write(path, config.to_string()).unwrap();
    }

    /// Says in `igc.toml` that the CRL of this authority has so many shards.
    pub fn give_shards(&self, authority: &str, count: u32) {
        let path = self.dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let shards = toml::Table::from_iter([(authority.to_owned(), i64::from(count).into())]);
        config["publication"].as_table_mut().unwrap().insert("shards".to_owned(), shards.into());
        fs::write(path, config.to_string()).unwrap();
    }
}
