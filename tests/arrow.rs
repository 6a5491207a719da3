//! `innspill tag --arrow`: one row out for each row in, typed as the tag JSON, whatever the strings' type.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use assert_cmd::Command;
use serde_json::Value;

const TEXTS: [Option<&str>; 4] = [
    Some("Vi må bygge ned siloene mellom etatene 🙂 så innbyggerne slipper å fortelle alt på nytt."),
    None,
    Some("vet ikke"),
    Some("Korleis brukte de kunstig intelligens i helsetenesta?"),
];

fn stream(schema: &SchemaRef, batches: &[RecordBatch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, schema).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

fn innspill(input: &[u8], arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command
        .args(["tag", "-", "--arrow", "--output", "-", "--quiet"])
        .args(arguments)
        .write_stdin(input.to_vec())
        .assert()
}

fn tag(input: &[u8], arguments: &[&str]) -> (SchemaRef, Vec<RecordBatch>) {
    let output = innspill(input, arguments).success().get_output().stdout.clone();
    let reader = StreamReader::try_new(Cursor::new(output), None).unwrap();
    (reader.schema(), reader.map(Result::unwrap).collect())
}

/// The JSON lines of the same answers.
fn json(arguments: &[&str]) -> Vec<Value> {
    let lines: String = TEXTS
        .iter()
        .enumerate()
        .filter_map(|(row, text)| {
            text.map(|text| serde_json::json!({"id": format!("a{row}"), "text": text}).to_string() + "\n")
        })
        .collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command
        .args(["tag", "-", "--input-format", "jsonl", "--output", "-", "--quiet"])
        .args(arguments)
        .write_stdin(lines);
    let output = command.assert().success().get_output().stdout.clone();
    String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// One row of a column of tags, in the form of the tag JSON.
fn tags(batch: &RecordBatch, column: &str, row: usize) -> Value {
    let lists = batch.column_by_name(column).unwrap().as_list::<i32>();
    let entries = lists.value(row);
    let entries = entries.as_struct();
    let codes = entries.column_by_name("code").unwrap().as_string::<i32>();
    let scores = entries.column_by_name("score").unwrap().as_primitive::<arrow::datatypes::Float64Type>();
    let spans = entries.column_by_name("spans").map(|spans| spans.as_list::<i32>());
    let tag = |index: usize| {
        let mut tag = serde_json::json!({"code": codes.value(index), "score": scores.value(index)});
        if let Some(spans) = spans {
            let spans = spans.value(index);
            let place =
                |name: &str| spans.as_struct().column_by_name(name).unwrap().as_primitive::<Int32Type>().clone();
            let (starts, ends) = (place("start"), place("end"));
            let pairs: Vec<[i32; 2]> = starts.values().iter().zip(ends.values()).map(|(s, e)| [*s, *e]).collect();
            tag["spans"] = serde_json::json!(pairs);
        }
        tag
    };
    (0..codes.len()).map(tag).collect()
}

#[test]
fn every_type_of_string_gives_the_tags_of_the_json_in_order_with_nulls_in_their_place() {
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a0", "a1", "a2", "a3"]));
    let texts: [ArrayRef; 4] = [
        Arc::new(StringArray::from(TEXTS.to_vec())),
        Arc::new(LargeStringArray::from(TEXTS.to_vec())),
        Arc::new(StringViewArray::from(TEXTS.to_vec())),
        Arc::new(TEXTS.into_iter().collect::<DictionaryArray<Int32Type>>()),
    ];
    let expected = json(&[]);
    for texts in texts {
        let data_type = texts.data_type().clone();
        let one = batch(vec![("id", Arc::clone(&ids)), ("text", texts)]);
        let output = innspill(&stream(&one.schema(), std::slice::from_ref(&one)), &[]).success();
        let errors = String::from_utf8(output.get_output().stderr.clone()).unwrap();
        assert_eq!(errors.lines().count(), 1, "{data_type}: {errors}");
        assert!(errors.contains("-:2: text is null"), "{errors}");
        let reader = StreamReader::try_new(Cursor::new(output.get_output().stdout.clone()), None).unwrap();
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        let tagged = &batches[0];
        assert_eq!(tagged.num_rows(), 4);
        for (row, line) in [0, 2, 3].into_iter().zip(&expected) {
            assert_eq!(tagged.column_by_name("id").unwrap().as_string::<i32>().value(row), line["id"]);
            for column in ["lang", "outcome"] {
                assert_eq!(tagged.column_by_name(column).unwrap().as_string::<i32>().value(row), line[column]);
            }
            for column in ["themes", "topics", "patterns"] {
                assert_eq!(tags(tagged, column, row), line[column], "{data_type} {column} {row}");
            }
            let facets = tagged.column_by_name("facets").unwrap().as_struct();
            for (facet, value) in line["facets"].as_object().unwrap() {
                let values = facets.column_by_name(facet).unwrap().as_string::<i32>();
                assert_eq!(values.is_valid(row).then(|| values.value(row)), value.as_str(), "{facet} {row}");
            }
            let verdicts = tagged.column_by_name("verdicts").unwrap().as_list::<i32>().value(row);
            let verdicts = verdicts.as_struct();
            assert_eq!(verdicts.len(), line["verdicts"].as_array().unwrap().len());
            for (index, verdict) in line["verdicts"].as_array().unwrap().iter().enumerate() {
                for column in ["topic", "verdict", "basis"] {
                    let values = verdicts.column_by_name(column).unwrap().as_string::<i32>();
                    assert_eq!(values.value(index), verdict[column]);
                }
            }
        }
        assert_eq!(tagged.column_by_name("id").unwrap().as_string::<i32>().value(1), "a1");
        for column in tagged.columns().iter().skip(1) {
            assert!(column.is_null(1), "{}", column.data_type());
        }
    }
    assert!(!expected[0]["topics"].as_array().unwrap().is_empty(), "the first text has topics with spans");
}

#[test]
fn empty_batches_and_empty_streams_keep_the_schema() {
    let one = batch(vec![("tekst", Arc::new(StringArray::from(vec!["Mer tid"])))]);
    let empty = RecordBatch::new_empty(one.schema());
    let (schema, batches) = tag(&stream(&one.schema(), &[empty.clone(), one.clone(), empty]), &[]);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [0, 1, 0]);
    let (without_batches, none) = tag(&stream(&one.schema(), &[]), &[]);
    assert_eq!((without_batches, none.len()), (Arc::clone(&schema), 0));
    let (of_nothing, none) = tag(b"", &[]);
    assert_eq!((of_nothing, none.len()), (schema, 0));
}

#[test]
fn rows_are_numbered_through_the_stream_and_ids_may_be_numbers() {
    let one = batch(vec![("text", Arc::new(StringArray::from(vec!["Mer tid", "Mer ro"])))]);
    let (_, batches) = tag(&stream(&one.schema(), &[one.clone(), one]), &[]);
    let ids: Vec<String> = batches
        .iter()
        .flat_map(|batch| {
            batch.column(0).as_string::<i32>().iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    let numbered = batch(vec![
        ("id", Arc::new(Int64Array::from(vec![70, 71]))),
        ("text", Arc::new(StringArray::from(vec!["Mer tid", "Mer ro"]))),
    ]);
    let (_, batches) = tag(&stream(&numbered.schema(), &[numbered]), &[]);
    assert_eq!(batches[0].column(0).as_string::<i32>().value(1), "71");
}

#[test]
fn a_long_batch_is_tagged_in_parts_and_no_row_is_lost() {
    let texts: Vec<String> = (0..9_000).map(|row| format!("Svar {row}")).collect();
    let one = batch(vec![("text", Arc::new(StringArray::from(texts)))]);
    let (_, batches) = tag(&stream(&one.schema(), &[one]), &[]);
    assert_eq!(batches.len(), 2);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 9_000);
}

#[test]
fn the_rows_own_columns_and_all_scores_come_along_when_asked_for() {
    let one = batch(vec![
        ("kommune", Arc::new(Int64Array::from(vec![301]))),
        ("text", Arc::new(StringArray::from(vec!["Vi må bygge ned siloene"]))),
    ]);
    let (_, batches) = tag(&stream(&one.schema(), std::slice::from_ref(&one)), &["--keep-fields", "--scores"]);
    let input = batches[0].column_by_name("input").unwrap().as_struct();
    assert_eq!(input.columns(), one.columns());
    let scores = batches[0].column_by_name("all_scores").unwrap().as_struct();
    let themes = scores.column_by_name("themes").unwrap().as_map().value(0);
    assert!(themes.len() >= 6);
    let lines = json(&["--scores"]);
    assert_eq!(themes.len(), lines[0]["all_scores"]["themes"].as_object().unwrap().len());
}

#[test]
fn the_kind_of_a_row_counts_as_in_a_file() {
    let one = batch(vec![
        ("kind", Arc::new(StringArray::from(vec![Some("oracle"), None]))),
        ("text", Arc::new(StringArray::from(vec!["I 2024 var det for mange siloer, hvordan ble det?"; 2]))),
    ]);
    let (_, batches) = tag(&stream(&one.schema(), &[one]), &[]);
    let time = batches[0].column_by_name("facets").unwrap().as_struct().column_by_name("time").unwrap().clone();
    assert!(time.is_null(0), "time is not coded on oracle questions");
}

#[test]
fn what_is_no_stream_of_text_is_one_clear_line_and_exit_2() {
    let numbers = batch(vec![("text", Arc::new(Int64Array::from(vec![1])))]);
    let nameless =
        batch(vec![("x", Arc::new(StringArray::from(vec!["a"]))), ("y", Arc::new(StringArray::from(vec!["b"])))]);
    let whole = stream(&nameless.schema(), std::slice::from_ref(&nameless));
    let one = batch(vec![("text", Arc::new(StringArray::from(vec!["Mer tid"; 500])))]);
    let cut = stream(&one.schema(), std::slice::from_ref(&one));
    for (input, part) in [
        (b"not arrow at all".to_vec(), "not an Arrow IPC stream"),
        (b"ARROW1\0\0".to_vec(), "Arrow file"),
        (stream(&numbers.schema(), std::slice::from_ref(&numbers)), "holds Int64, not text"),
        (whole, "x, y"),
        (cut[..cut.len() / 2].to_vec(), "not an Arrow IPC stream"),
    ] {
        let output = innspill(&input, &[]).code(2);
        let errors = String::from_utf8(output.get_output().stderr.clone()).unwrap();
        assert!(errors.contains(part) && errors.lines().count() == 1, "{errors}");
    }
    let output = innspill(&stream(&one.schema(), &[]), &["--where", "a=b"]).code(2);
    assert!(String::from_utf8_lossy(&output.get_output().stderr).contains("--where"));
}

#[test]
fn strict_makes_a_null_text_exit_3_and_only_the_one_column_of_strings_needs_no_name() {
    let one = batch(vec![
        ("n", Arc::new(Int64Array::from(vec![1, 2]))),
        ("x", Arc::new(StringArray::from(TEXTS[..2].to_vec()))),
    ]);
    let input = stream(&one.schema(), std::slice::from_ref(&one));
    innspill(&input, &["--strict"]).code(3);
    let (schema, batches) = tag(&input, &[]);
    assert_eq!(batches[0].num_rows(), 2);
    assert_eq!(schema.field(0).data_type(), &DataType::Utf8);
}
