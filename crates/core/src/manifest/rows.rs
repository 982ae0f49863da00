//! CSV files that fleets refer to: a header, and a row for each customer.

use std::sync::Arc;

use super::fields::quoted;
use super::findings::{Finding, Problem};
use super::suggest::did_you_mean;
use crate::model::{CustomerKey, FleetKey, Location, Rows};

/// The rows of a file, and who they are about.
#[derive(Default)]
pub(super) struct Table {
    pub(super) customers: Vec<CustomerKey>,
    pub(super) rows: Rows,
    pub(super) findings: Vec<Finding>,
}

/// Reads a file. What is wrong with any row is found; the other rows are read all the same.
pub(super) fn read(path: &Arc<str>, text: &str, key: FleetKey) -> Table {
    let mut table = Table {
        rows: Rows {
            path: Arc::clone(path),
            ..Rows::default()
        },
        ..Table::default()
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(line) = unclosed(text) {
        let problem = Problem::new("csv", "a quotation mark without its other one")
            .hint("a field with \" in it needs quotation marks, and each \" in it is doubled");
        table.find(line, problem);
        return table;
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next().and_then(Result::ok).unwrap_or_default();
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let Some(place) = table.header(columns, key.word()) else {
        return table;
    };
    for record in records {
        match record {
            Ok(record) => table.row(&record, place, key.word()),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                table.find(line, Problem::new("csv", "a row that cannot be read"));
            }
        }
    }
    table
}

/// Marks come in pairs, doubled ones among them; else the rest of the file would be one field.
fn unclosed(text: &str) -> Option<u64> {
    let odd = text.matches('"').count() % 2 == 1;
    let last = text.rfind('"').filter(|_| odd)?;
    let before = text.get(..last)?.matches('\n').count();
    Some(before as u64 + 1)
}

impl Table {
    fn find(&mut self, line: u64, problem: Problem) {
        let location = self.at(line);
        self.findings.push(Finding::new(location, problem));
    }

    fn at(&self, line: u64) -> Location {
        Location {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            ..Location::file(&self.rows.path)
        }
    }

    /// Takes the names of the columns; where the customer is among them.
    fn header(&mut self, columns: Vec<String>, key: &str) -> Option<usize> {
        for (place, column) in columns.iter().enumerate() {
            let twice = !column.is_empty() && columns.iter().take(place).any(|it| it == column);
            if twice {
                let message = format!("two columns are called {}", quoted(column));
                self.find(
                    1,
                    Problem::new("csv", message).hint("rename one of the two"),
                );
            }
        }
        let place = columns.iter().position(|column| column == key);
        if place.is_none() {
            let semicolons = columns.iter().any(|column| column.contains(';'));
            let hint = match semicolons {
                true => Some("columns are separated by commas, not by semicolons".to_owned()),
                false => did_you_mean(key, columns.iter().map(String::as_str))
                    .map(|_| format!("write {key} in the first line, in these letters")),
            };
            let fallback = "the first line names the columns: it may be missing";
            let message = format!("there is no column {key:?}");
            let problem = Problem::new("csv", message).hint(fallback).maybe_hint(hint);
            self.find(1, problem);
        }
        self.rows.columns = columns;
        place
    }

    fn row(&mut self, record: &csv::StringRecord, place: usize, key: &str) {
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let columns = self.rows.columns.len();
        if record.len() != columns {
            let message = format!("{} fields, where the header has {columns}", record.len());
            let problem = Problem::new("csv", message)
                .hint("a field with a comma in it needs quotation marks");
            return self.find(line, problem);
        }
        let customer = record.get(place).unwrap_or_default().trim().to_owned();
        if customer.is_empty() {
            let problem = Problem::new("csv", format!("a row without {key:?}"))
                .hint("write whom it is about, or remove the row");
            return self.find(line, problem);
        }
        let cells = record.iter().map(str::to_owned).collect();
        if let Some(first) = self.rows.cells.get_index_of(&customer) {
            let first = self.customers.get(first);
            let first = first.map_or(0, |customer| customer.location.line);
            let message = format!(
                "a second row for {}; the first is in line {first}",
                quoted(&customer)
            );
            let problem = Problem::new("duplicate-customer", message).hint("keep one of the two");
            return self.find(line, problem);
        }
        self.rows.cells.insert(customer.clone(), cells);
        let location = self.at(line);
        self.customers.push(CustomerKey {
            key: customer,
            location,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        let table = read(&"c.csv".into(), text, FleetKey::ExternalId);
        let findings = table.findings.iter().map(|one| {
            let at = one.diagnostic.location.as_ref().unwrap();
            format!("{}: {}", at.line, one.diagnostic.message)
        });
        let rows = table.rows.cells.iter().zip(&table.customers);
        let rows = rows
            .map(|((key, cells), at)| format!("{} {key} = {}", at.location.line, cells.join("|")));
        findings.chain(rows).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn quotes_line_ends_and_a_mark_at_the_beginning() {
        insta::assert_snapshot!(rendered("\u{feff}externalId,region\r\nc1,eu\r\n\r\nc2,\"a \"\"b\"\",\r\nc\"\r\n c3 , us \r\n"), @r#"
        1 c1 = c1|eu
        2 c2 = c2|a "b",
        c
        5 c3 =  c3 | us
        "#);
    }

    #[test]
    fn what_is_wrong_says_in_which_line() {
        insta::assert_snapshot!(rendered("externalId,a\nc1,x\n,y\nc1,z\nc2\nc3,1,2\n,\nc4,q"), @r#"
        3: a row without "externalId"
        4: a second row for "c1"; the first is in line 2
        5: 1 fields, where the header has 2
        6: 3 fields, where the header has 2
        2 c1 = c1|x
        8 c4 = c4|q
        "#);
        insta::assert_snapshot!(rendered("externalid;region\nc1;eu\n"), @r#"1: there is no column "externalId""#);
        insta::assert_snapshot!(rendered("externalId,a,a\nc1,1,2"), @r#"
        1: two columns are called "a"
        2 c1 = c1|1|2
        "#);
        insta::assert_snapshot!(rendered("externalId,a\nc1,\"x\nc2,y\n"), @"2: a quotation mark without its other one");
        insta::assert_snapshot!(rendered(""), @r#"1: there is no column "externalId""#);
    }

    #[test]
    fn ten_thousand_rows_are_read() {
        let rows = (0..10_000).map(|n| format!("c{n},r{}\n", n % 3));
        let text = format!("externalId,region\n{}", rows.collect::<String>());
        let table = read(&"c.csv".into(), &text, FleetKey::ExternalId);
        assert_eq!((table.customers.len(), table.findings.len()), (10_000, 0));
        assert_eq!(table.customers[9_999].location.line, 10_001);
    }
}
