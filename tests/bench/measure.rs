//! Medians, quantiles and the table.

use std::time::Duration;

/// One measured budget.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) beside: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) budget: String,
}

pub(crate) fn median(times: &[Duration]) -> Duration {
    quantile(times, 0.5)
}

pub(crate) fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

pub(crate) fn print(rows: &[Row]) {
    for row in rows {
        println!("{}\n    measured  {}", row.what, row.measured);
        if !row.beside.is_empty() {
            println!("    beside    {}", row.beside);
        }
        match row.ratio {
            Some(ratio) if ratio < 0.1 => println!("    ratio     1/{:.0} ×", 1.0 / ratio),
            Some(ratio) => println!("    ratio     {ratio:.2} ×"),
            None => {}
        }
        println!("    budget    {}", row.budget);
    }
}
