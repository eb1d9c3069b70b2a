using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Peers.Tests;

/// <summary>Our own logits of every token, with an adapter that acts on all of them.</summary>
internal sealed class OwnLogits : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly OnnxRuntimeEngine _engine = new();
    private readonly AdapterLayout _layout;
    private readonly LoraAdapter _adapter;
    private readonly IProgramSession _session;

    public OwnLogits(string model, LoraAdapter adapter)
    {
        _checkpoint = Checkpoint.Open(model);
        var assembler = new ProgramAssembler(_checkpoint.Description);
        (_adapter, _layout) = (adapter, AdapterLayouts.Of(assembler, adapter));
        _session = _engine.Load(assembler.Generate(_layout, PrefixKind.Tokens), _checkpoint);
    }

    public float[] Of(int[] ids) =>
        _session
            .Run(
                new Dictionary<string, HostTensor>(StringComparer.Ordinal)
                {
                    [ProgramNames.InputIds] = HostTensor.Of([.. ids.Select(id => (long)id)], 1, ids.Length),
                    [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(0, ids.Length).Select(i => (long)i)], 1, ids.Length),
                    [ProgramNames.AnswerRows] = HostTensor.Of([.. Enumerable.Range(0, ids.Length).Select(i => (long)i)], ids.Length),
                    [ProgramNames.AdapterA] = HostTensor.Of([.. _adapter.Modules.SelectMany(module => module.A)], _layout.ACount),
                    [ProgramNames.AdapterB] = HostTensor.Of(_adapter.ToState(), _layout.BCount),
                }
            )[ProgramNames.Logits]
            .Floats;

    public void Dispose()
    {
        _session.Dispose();
        _engine.Dispose();
        _checkpoint.Dispose();
    }
}
