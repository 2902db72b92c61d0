//! What models made of passages: found again, forgotten, and held against the rest.

use std::collections::HashMap;

use super::*;

#[test]
fn a_content_that_is_read_anew_leaves_no_embedding_of_its_old_passages() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.use_model(MODEL).await.unwrap();
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        let (_, before) = add(&store, docs, "a.txt", "one|two").await;
        embed_all(&store).await;
        let mut anew = document("one|three");
        anew.content_hash = document("one|two").content_hash;
        anew.extractor_version = 2;
        let mut batch = store.begin().await.unwrap();
        let after = batch.put_document(&anew, MODEL).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(after, before);
        assert_eq!(
            store.count_to_embed().await.unwrap(),
            1,
            "`one` is known already"
        );
        assert_eq!(store.vectors_of(MODEL, &[after]).await.unwrap().len(), 1);
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn what_was_embedded_for_one_document_is_known_for_another_that_waits() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.use_model(MODEL).await.unwrap();
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        let (_, first) = add(&store, docs, "a.txt", "one|two").await;
        add(&store, docs, "b.txt", "two|three").await;
        let newest = store.to_embed(2).await.unwrap();
        let vectors: Vec<_> = newest
            .iter()
            .map(|passage| (passage.text_hash, vec![3; 8]))
            .collect();
        store
            .put_embeddings(MODEL, &newest, &vectors)
            .await
            .unwrap();
        let waiting = store.to_embed(9).await.unwrap();
        assert!(waiting.iter().all(|passage| passage.document == first));
        let texts: Vec<_> = waiting.iter().map(|passage| passage.text_hash).collect();
        let known = store.known_vectors(MODEL, &texts).await.unwrap();
        assert_eq!(known, [(texts[1], vec![3; 8])]);
        store.put_embeddings(MODEL, &waiting, &known).await.unwrap();
        assert_eq!(store.count_to_embed().await.unwrap(), 1);
        assert!(store.check().await.unwrap().is_empty());
        // A third one finds it as it comes.
        add(&store, docs, "c.txt", "four|two").await;
        assert_eq!(store.count_to_embed().await.unwrap(), 2);
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn an_embedding_of_a_passage_that_went_meanwhile_is_not_kept() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        add(&store, docs, "a.txt", "one").await;
        let waiting = store.to_embed(10).await.unwrap();
        let mut batch = store.begin().await.unwrap();
        batch.remove_folder(docs).await.unwrap();
        batch.commit().await.unwrap();
        let late = [(waiting[0].text_hash, vec![1; 8])];
        assert!(
            store
                .put_embeddings(MODEL, &waiting, &late)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn what_models_made_of_a_text_that_went_is_kept_for_a_while_and_found_again() {
    const DAY: i64 = 24 * 60 * 60;
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.use_model(MODEL).await.unwrap();
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        let (file, _) = add(&store, docs, "a.txt", "one|two").await;
        let text = store.to_embed(10).await.unwrap().remove(0);
        let score = [(text.passage, text.text_hash, 0.5)];
        store.put_scores(&[1; 32], &score).await.unwrap();
        embed_all(&store).await;
        let forget = async |file| {
            let mut batch = store.begin().await.unwrap();
            batch.remove_file(file).await.unwrap();
            batch.remove_orphans().await.unwrap();
            batch.commit().await.unwrap();
        };
        forget(file).await;
        store.age_leftovers(100 * DAY).await.unwrap();
        store.age_leftovers(113 * DAY).await.unwrap();
        let (file, _) = add(&store, docs, "b.txt", "two|one").await;
        assert_eq!(store.count_to_embed().await.unwrap(), 0);
        assert_eq!(store.scores(&[1; 32]).await.unwrap().len(), 1);
        assert!(store.check().await.unwrap().is_empty());
        forget(file).await;
        store.age_leftovers(200 * DAY).await.unwrap();
        store.age_leftovers(214 * DAY).await.unwrap();
        let left = rows(&store).await;
        let left = left.iter().filter(|(_, n)| *n > 0);
        let left: Vec<&str> = left.map(|(table, _)| table.as_str()).collect();
        assert_eq!(left, ["file_counts", "folders"]);
        add(&store, docs, "c.txt", "one|two").await;
        assert_eq!(store.count_to_embed().await.unwrap(), 2);
    });
}

#[test]
fn what_is_forgotten_takes_all_leftovers_along() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.use_model(MODEL).await.unwrap();
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        add(&store, docs, "a.txt", "one|two").await;
        let (kept, _) = add(&store, docs, "b.txt", "three").await;
        embed_all(&store).await;
        // An older reading of the file that is to be forgotten.
        let mut batch = store.begin().await.unwrap();
        let mut anew = document("one|four");
        anew.content_hash = document("one|two").content_hash;
        batch.put_document(&anew, MODEL).await.unwrap();
        batch.commit().await.unwrap();
        let mut batch = store.begin().await.unwrap();
        batch.exclude(&seen("a.txt").path).await.unwrap();
        batch.commit().await.unwrap();
        assert!(store.is_to_erase().await.unwrap());
        assert!(store.erase().await.unwrap() && !store.is_to_erase().await.unwrap());
        let left = store.all_files().await.unwrap();
        assert_eq!(left.iter().map(|file| file.id).collect::<Vec<_>>(), [kept]);
        assert_eq!(store.embedded(MODEL).await.unwrap().len(), 1);
        let embeddings = rows(&store).await;
        assert!(
            embeddings.contains(&("embeddings".to_owned(), 1)),
            "{embeddings:?}"
        );
        assert_eq!(store.exclusions().await.unwrap(), [seen("a.txt").path]);
        assert!(store.admit(&seen("a.txt").path).await.unwrap());
        assert!(!store.admit(&seen("a.txt").path).await.unwrap());
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn a_score_is_kept_by_query_and_passage_if_there_is_such_a_passage() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        add(&store, docs, "a.txt", "one|two").await;
        let waiting = store.to_embed(10).await.unwrap();
        let scored = |i: usize, score| (waiting[i].passage, waiting[i].text_hash, score);
        let (query, other) = ([1; 32], [2; 32]);
        let unknown = (PassageId(99), [9; 16], 7.0);
        store.put_scores(&query, &[scored(0, 1.5)]).await.unwrap();
        let more = [scored(0, 2.5), scored(1, -0.5), unknown];
        store.put_scores(&query, &more).await.unwrap();
        let known = store.scores(&query).await.unwrap();
        let wanted = waiting.iter().map(|passage| passage.text_hash);
        assert_eq!(known, wanted.zip([2.5, -0.5]).collect::<HashMap<_, _>>());
        assert!(store.scores(&other).await.unwrap().is_empty());
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn a_change_of_model_embeds_anew_and_a_change_back_does_not() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.use_model(MODEL).await.unwrap();
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        add(&store, docs, "a.txt", "one|two").await;
        embed_all(&store).await;
        store.use_model("other@1").await.unwrap();
        assert_eq!(store.count_to_embed().await.unwrap(), 2);
        assert!(
            store
                .vectors_after("other@1", PassageId(0), 9)
                .await
                .unwrap()
                .is_empty()
        );
        store.use_model(MODEL).await.unwrap();
        assert_eq!(store.count_to_embed().await.unwrap(), 0);
        assert_eq!(store.embedded(MODEL).await.unwrap().len(), 2);
    });
}

#[test]
fn a_check_names_what_contradicts_itself() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        add(&store, docs, "a.txt", "one|two").await;
        store.use_model(MODEL).await.unwrap();
        assert!(store.check().await.unwrap().is_empty());
        let wrongs = [
            "UPDATE documents SET passages = '[[0,999],[3,6]]'",
            "INSERT INTO passage_texts VALUES (2, 1, x'01', 1), (9, 1, x'01', 0)",
            "INSERT INTO embeddings VALUES (x'00', 7, x'00')",
            "DELETE FROM to_embed",
            "UPDATE files SET state = 'failed'",
            "DELETE FROM texts",
        ];
        for wrong in wrongs {
            sqlx::query(wrong)
                .execute(store.writer().unwrap())
                .await
                .unwrap();
        }
        let problems = store.check().await.unwrap().join("\n");
        for part in [
            "passage 1 does not stand",
            "passage 2 is marked as embedded",
            "something of passage 9, which is not there",
            "passages of document 1 are not embedded, and it does not wait",
            "embedding 00 belongs to no passage",
            "file 1 counts as not read",
            "document 1 has lost some of its text",
        ] {
            assert!(problems.contains(part), "{part:?} is missing in {problems}");
        }
    });
}
