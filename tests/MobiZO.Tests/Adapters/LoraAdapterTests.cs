using MobiZO.Adapters;

namespace MobiZO.Tests.Adapters;

public sealed class LoraAdapterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-adapter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AFolderKeepsNoOrderButTheNamesBringItBack()
    {
        // The model's order is q, k; the order of names is k, q.
        string[] names = ["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj"];
        var fresh = LoraAdapter.CreateFresh([(names[0], 3, 4), (names[1], 3, 2)], rank: 1, alpha: 1, seed: 1);
        var adapter = fresh.WithState([1, 2, 3, 4, 5, 6]);
        AdapterFiles.Save(adapter, _folder);

        var read = AdapterFiles.Load(_folder);

        Assert.Equal([5, 6, 1, 2, 3, 4], read.ToState());
        Assert.Equal([1, 2, 3, 4, 5, 6], read.OrderedAs(names).ToState());
        Assert.Throws<ArgumentException>(() => read.OrderedAs([names[0]]));
        Assert.Throws<ArgumentException>(() => read.OrderedAs([names[0], "model.layers.0.self_attn.v_proj"]));
    }
}
