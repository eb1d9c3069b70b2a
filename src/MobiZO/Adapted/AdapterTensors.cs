using MobiZO.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Adapted;

/// <summary>The matrices of an adapter as inputs of programs.</summary>
/// <param name="A">All A, flat, in the order of the layout.</param>
/// <param name="B">All B, flat, in the order of the layout.</param>
internal sealed record AdapterTensors(HostTensor A, HostTensor B)
{
    /// <summary>The matrices of an adapter as it is.</summary>
    public static AdapterTensors Of(LoraAdapter adapter) => Of(adapter, adapter.ToState());

    /// <summary>The A of an adapter with another trained state.</summary>
    public static AdapterTensors Of(LoraAdapter adapter, float[] state)
    {
        float[] a = [.. adapter.Modules.SelectMany(module => module.A)];
        return new AdapterTensors(HostTensor.Of(a, a.Length), HostTensor.Of(state, state.Length));
    }

    /// <summary>Adds them to the inputs of a program.</summary>
    public void AddTo(IDictionary<string, HostTensor> inputs)
    {
        inputs[ProgramNames.AdapterA] = A;
        inputs[ProgramNames.AdapterB] = B;
    }
}
