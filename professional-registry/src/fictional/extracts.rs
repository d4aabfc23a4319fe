use std::io::{self, Write};

use super::chance::Chance;
use super::person::Person;
use super::{Entry, FictionalRegister};
use crate::extract::Form;
use crate::nomenclature::KnowHow;

impl FictionalRegister {
    /// Writes another extract of the same persons than that of their activities: UTF-8, LF, trailing `|`.
    pub fn write_form(&self, form: &'static Form, out: &mut dyn Write) -> io::Result<()> {
        if form.source == Form::ACTIVITIES.source {
            return self.write(out);
        }
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        writeln!(out, "{}|", form.columns.join("|"))?;
        for entry in &self.living {
            let person = Person::new(self.seed, entry.index, entry.revision, self.structures);
            for cells in self.cells_of(form, *entry, &person) {
                let mut line = vec![""; form.columns.len()];
                for (column, cell) in &cells {
                    line[*column] = cell;
                }
                writeln!(out, "{}|", line.join("|"))?;
            }
        }
        out.flush()
    }

    /// The cells that are not empty of the lines about a person, each with its column.
    fn cells_of(&self, form: &Form, entry: Entry, person: &Person) -> Vec<Vec<(usize, String)>> {
        let mut chance = Chance::of([self.seed, 4, u64::from(entry.index)]);
        let (rpps, name, work) = (person.rpps(), person.name(), person.main_work());
        let identity = |first: usize| {
            vec![(first, "8".to_owned()), (first + 1, rpps.to_string()), (first + 2, format!("8{rpps}"))]
        };
        let named = |mut cells: Vec<(usize, String)>, more: &[(usize, &str)]| {
            cells.extend(more.iter().map(|(column, cell)| (*column, (*cell).to_owned())));
            cells
        };
        if form.source == Form::DIPLOMAS.source {
            let diploma = format!("DE{:02}", 1 + chance.below(40));
            return vec![named(
                identity(0),
                &[
                    (3, &name.family),
                    (4, &name.given),
                    (5, "DE"),
                    (6, "Diplôme d'Etat français"),
                    (7, &diploma),
                ],
            )];
        }
        if form.source == Form::KNOW_HOW.source {
            let Some(code) = work.know_how else { return Vec::new() };
            let know_how = KnowHow { kind: "S".to_owned(), code: code.to_owned() };
            let (profession, category) = (work.profession, work.category);
            return vec![named(
                identity(0),
                &[
                    (3, &name.family),
                    (4, &name.given),
                    (5, profession.code()),
                    (6, profession.label()),
                    (7, category.code()),
                    (8, category.label()),
                    (9, "S"),
                    (10, "Spécialité ordinale"),
                    (11, code),
                    (12, know_how.label().unwrap_or_default()),
                ],
            )];
        }
        if form.source == Form::RESTRICTED.source {
            let day = format!(
                "{:02}/{:02}/{}",
                1 + chance.below(28),
                1 + chance.below(12),
                1955 + chance.below(45)
            );
            let telephone = format!("019900{:04}", chance.below(10_000));
            let mail = format!("ps{}@exemple.fr", entry.index);
            return vec![named(
                identity(0),
                &[
                    (3, &name.family),
                    (4, &format!("{}'CAMILLE", name.given.to_uppercase())),
                    (5, &day),
                    (6, "75109"),
                    (7, "99000"),
                    (8, "PARIS 09"),
                    (9, if name.woman { "F" } else { "M" }),
                    (10, &telephone),
                    (11, &mail),
                    (12, if name.woman { "MME" } else { "M" }),
                    (13, work.profession.code()),
                    (14, work.category.code()),
                    (16, &name.family),
                    (17, &name.given),
                ],
            )];
        }
        let address = format!("ps{}@pro.mssante.exemple.fr", entry.index);
        vec![named(
            identity(2),
            &[
                (0, "PER"),
                (1, &address),
                (9, &name.family),
                (10, &name.given),
                (13, work.profession.code()),
                (17, "O"),
            ],
        )]
    }
}
