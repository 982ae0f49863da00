//! What the pure modules cost, each by itself, at two sizes: what is twice as large should take
//! twice as long.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use prism_gitops_benches::{
    Model, canonical, compare, definitions, difference, exported, load, plan, rendered,
};

/// Instances and integrations.
const SIZES: [(usize, usize); 2] = [(5_000, 250), (10_000, 500)];

fn measure(criterion: &mut Criterion, instances: usize, integrations: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let model = runtime.block_on(Model::new(instances, integrations));
    let size = format!("{instances}x{integrations}");
    let mut group = criterion.benchmark_group("pure");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
        .throughput(Throughput::Elements((instances + integrations) as u64));
    let mut case = |name: &str, work: &dyn Fn()| {
        group.bench_function(BenchmarkId::new(name, &size), |bencher| bencher.iter(work));
    };
    case("load the manifests", &|| {
        drop(load(black_box(model.files())))
    });
    let loaded = load(model.files());
    case("parse and check the definitions", &|| {
        drop(definitions(black_box(&loaded)));
    });
    case("read the canonical definitions", &|| {
        drop(canonical(black_box(model.tenant())));
    });
    let live = canonical(model.tenant());
    case("compare the definitions", &|| {
        black_box(compare(model.definitions(), &live));
    });
    let inputs = model.unchanged();
    case("diff and plan, nothing changed", &|| {
        drop(plan(&inputs, &difference(black_box(&inputs))));
    });
    let inputs = model.adopting();
    case("diff and plan, everything taken over", &|| {
        drop(plan(&inputs, &difference(black_box(&inputs))));
    });
    let large = plan(&inputs, &difference(&inputs));
    case("render the plan of everything", &|| {
        black_box(rendered(black_box(&large)));
    });
    case("export", &|| drop(exported(black_box(model.tenant()))));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (instances, integrations) in SIZES {
        measure(&mut criterion, instances, integrations);
    }
    criterion.final_summary();
}
