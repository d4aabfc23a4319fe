//! Every certificate that was issued, by authority and serial number.

use std::collections::{HashMap, HashSet};
use std::mem::size_of;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ca_core::serial::SerialNumber;

use super::Standing;

/// A serial number, its value in twenty octets (RFC 5280 §4.1.2.2 allows no more), most significant first.
pub(crate) type SerialKey = [u8; 20];

/// A certificate: short name of its authority, and serial number.
pub(super) type Place = (String, SerialKey);

/// How many maps an authority's certificates are spread over, by the last octet of the serial number, which is
/// drawn at random: one that grows stops only its own readers, for less than a millisecond with millions of
/// certificates.
const MAPS: usize = 256;

pub(super) type Map = RwLock<HashMap<SerialKey, Standing>>;

/// What is known of the certificates. Nothing, then good, or held for a time, then revoked, which is never taken back;
/// good again only by the log's word that a hold was lifted.
#[derive(Debug, Default)]
pub struct StatusImage {
    authorities: RwLock<HashMap<String, Arc<[Map]>>>,
}

/// A serial number as the maps have it.
pub(crate) fn serial_key(serial: &SerialNumber) -> SerialKey {
    let octets = serial.octets();
    let mut key = [0; 20];
    key[20 - octets.len()..].copy_from_slice(octets);
    key
}

impl StatusImage {
    /// What is known of a certificate.
    pub fn get(&self, issuer: &str, serial: &SerialNumber) -> Option<Standing> {
        let key = serial_key(serial);
        let maps = self.maps(issuer)?;
        read(map_of(&maps, &key)).get(&key).copied()
    }

    /// Takes up what a row says of a certificate; what stands then. A row that was read before an event was applied
    /// takes nothing of it back, a lifted hold included: of what is known already it is believed a revocation alone.
    pub fn learn(&self, issuer: &str, serial: &SerialNumber, standing: Standing) -> Standing {
        self.learn_key(&self.maps_to_fill(issuer), serial_key(serial), standing)
    }

    pub(super) fn get_key(maps: &[Map], key: &SerialKey) -> Option<Standing> {
        read(map_of(maps, key)).get(key).copied()
    }

    pub(super) fn learn_key(&self, maps: &[Map], key: SerialKey, standing: Standing) -> Standing {
        let mut map = write(map_of(maps, &key));
        let known = map.entry(key).or_insert(standing);
        if standing.is_final() && !known.is_final() {
            *known = standing;
        }
        *known
    }

    /// Takes up what the log says, event by event: the last one counts, but for what is revoked.
    pub(super) fn follow(&self, issuer: &str, serial: &SerialNumber, standing: Standing) {
        self.follow_key(issuer, serial_key(serial), standing);
    }

    pub(super) fn follow_key(&self, issuer: &str, key: SerialKey, standing: Standing) {
        let maps = self.maps_to_fill(issuer);
        let mut map = write(map_of(&maps, &key));
        let known = map.entry(key).or_insert(standing);
        if !known.is_final() {
            *known = standing;
        }
    }

    /// Takes over whatever is not good in an older image and better in this one, and says which. Nothing un-revokes, a
    /// restored backup included; and whether a hold was lifted, a backup from before it cannot know.
    pub(super) fn keep_revocations_of(&self, older: &Self) -> HashSet<Place> {
        let authorities = read(&older.authorities);
        let mut kept = HashSet::new();
        for (issuer, theirs) in authorities.iter() {
            let ours = self.maps_to_fill(issuer);
            for map in theirs.iter() {
                for (key, standing) in read(map).iter().filter(|(_, standing)| !standing.is_good()) {
                    let known = read(map_of(&ours, key)).get(key).copied().unwrap_or(Standing::GOOD);
                    if known.is_good() || (standing.is_final() && !known.is_final()) {
                        write(map_of(&ours, key)).insert(*key, *standing);
                        kept.insert((issuer.clone(), *key));
                    }
                }
            }
        }
        kept
    }

    /// How many certificates are known.
    pub fn certificates(&self) -> usize {
        self.sum(HashMap::len)
    }

    /// The octets of the maps, unused places included: what [`HashMap::capacity`] says of them, at seven
    /// certificates to eight places, each of which has one octet more for its hash.
    pub fn octets(&self) -> usize {
        let place = size_of::<(SerialKey, Standing)>() + 1;
        self.sum(|map| map.capacity() * 8 / 7 * place)
    }

    fn sum(&self, of: impl Fn(&HashMap<SerialKey, Standing>) -> usize) -> usize {
        read(&self.authorities).values().flat_map(|maps| maps.iter()).map(|map| of(&read(map))).sum()
    }

    fn maps(&self, issuer: &str) -> Option<Arc<[Map]>> {
        read(&self.authorities).get(issuer).cloned()
    }

    pub(super) fn maps_to_fill(&self, issuer: &str) -> Arc<[Map]> {
        if let Some(maps) = self.maps(issuer) {
            return maps;
        }
        let empty = || std::iter::repeat_with(Map::default).take(MAPS).collect();
        Arc::clone(write(&self.authorities).entry(issuer.to_owned()).or_insert_with(empty))
    }
}

fn map_of<'m>(maps: &'m [Map], key: &SerialKey) -> &'m Map {
    &maps[usize::from(key[19])]
}

/// No statement behind these locks leaves a map half changed.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
