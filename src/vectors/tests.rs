//! The matrix against a plain list, and the sign scan against the exact one.

use proptest::prelude::*;

use super::*;

const N: usize = 70;

/// Numbers in −1 to 1, the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }

    fn vector(&mut self, n: usize) -> Vec<f32> {
        (0..n)
            .map(|_| self.next() + self.next() + self.next())
            .collect()
    }
}

fn unit(vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.into_iter().map(|value| value / length).collect()
}

#[derive(Debug, Clone)]
enum Change {
    Put(i64, i64, u64),
    Remove(Vec<i64>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..30_i64, 0..6_i64, any::<u64>()).prop_map(|(p, d, seed)| Change::Put(p, d, seed)),
        1 => prop::collection::vec(0..6_i64, 0..3).prop_map(Change::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_put_and_removed_the_matrix_equals_a_plain_list(
        changes in prop::collection::vec(change(), 0..60)
    ) {
        let mut vectors = Vectors::new(N);
        let mut list: Vec<(PassageId, DocumentId, Vec<u8>)> = Vec::new();
        for change in changes {
            match change {
                Change::Put(passage, document, seed) => {
                    let stored = quantize(&unit(Noise(seed).vector(N)));
                    let (passage, document) = (PassageId(passage), DocumentId(document));
                    prop_assert!(vectors.put(passage, document, &stored));
                    list.retain(|(known, _, _)| *known != passage);
                    list.push((passage, document, stored));
                }
                Change::Remove(documents) => {
                    let documents: HashSet<_> = documents.into_iter().map(DocumentId).collect();
                    let are_there = list.iter().any(|(_, document, _)| documents.contains(document));
                    prop_assert_eq!(vectors.has_any(&documents), are_there);
                    vectors.remove_documents(&documents);
                    list.retain(|(_, document, _)| !documents.contains(document));
                }
            }
        }
        prop_assert_eq!(vectors.len(), list.len());
        let mut fresh = Vectors::new(N);
        for (passage, document, stored) in &list {
            prop_assert!(fresh.put(*passage, *document, stored));
        }
        let query = unit(Noise(9).vector(N));
        prop_assert_eq!(vectors.nearest(&query, 50, 50, None), fresh.nearest(&query, 50, 50, None));
        prop_assert_eq!(vectors.nearest_exact(&query, 7).len(), list.len().min(7));
        let mut n_of = HashMap::new();
        let mut two_of_each = vectors.nearest_exact(&query, 50);
        two_of_each.retain(|found| {
            let n = n_of.entry(found.document).or_insert(0);
            *n += 1;
            *n <= 2
        });
        prop_assert_eq!(vectors.nearest(&query, 50, 2, None), two_of_each);
    }
}

#[test]
fn a_vector_of_another_width_changes_nothing() {
    let mut vectors = Vectors::new(N);
    for stored in [
        vec![],
        vec![0; 3],
        quantize(&[0.5; N + 1]),
        quantize(&[0.5; N - 1]),
    ] {
        assert!(!vectors.put(PassageId(1), DocumentId(1), &stored));
    }
    assert!(vectors.is_empty());
    assert!(vectors.nearest(&[0.5; N + 1], 10, 1, None).is_empty());
    assert!(vectors.nearest(&[0.5; N], 10, 1, None).is_empty());
}

#[test]
fn a_stored_vector_keeps_its_direction() {
    let vector = unit(Noise(3).vector(384));
    let mut vectors = Vectors::new(384);
    assert!(vectors.put(PassageId(1), DocumentId(1), &quantize(&vector)));
    let found = vectors.nearest(&vector, 1, 1, None)[0].similarity;
    assert!((found - 1.0).abs() < 0.01, "{found}");
    assert!(quantize(&[0.0; 4])[4..].iter().all(|&byte| byte == 0));
}

#[test]
fn the_sign_scan_finds_what_the_exact_scan_finds() {
    let (n_dimensions, n_clusters, n_rows) = (384, 40, 12_000);
    let mut noise = Noise(20_261_123);
    let centres: Vec<Vec<f32>> = (0..n_clusters)
        .map(|_| noise.vector(n_dimensions))
        .collect();
    let near = |centre: &[f32], noise: &mut Noise| {
        let spread = noise.vector(n_dimensions);
        unit(centre.iter().zip(spread).map(|(a, b)| a + b).collect())
    };
    let mut vectors = Vectors::new(n_dimensions);
    for row in 0..n_rows {
        let vector = near(&centres[row % n_clusters], &mut noise);
        let passage = PassageId(row as i64);
        assert!(vectors.put(passage, DocumentId(row as i64 / 5), &quantize(&vector)));
    }
    let mut n_found = 0;
    for centre in &centres {
        let query = near(centre, &mut noise);
        let exact: HashSet<_> = vectors
            .nearest_exact(&query, 10)
            .iter()
            .map(|hit| hit.passage)
            .collect();
        let found = vectors.nearest(&query, 10, 10, None);
        n_found += found
            .iter()
            .filter(|hit| exact.contains(&hit.passage))
            .count();
    }
    let recall = n_found as f64 / (10 * n_clusters) as f64;
    assert!(recall >= 0.99, "{recall}");
}
