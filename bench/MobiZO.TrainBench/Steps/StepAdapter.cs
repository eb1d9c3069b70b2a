using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Adapters;

namespace MobiZO.TrainBench.Steps;

/// <summary>A fresh adapter as a step takes it.</summary>
/// <param name="Layout">Its modules.</param>
/// <param name="State">Where their B lie.</param>
/// <param name="A">All A matrices, flat.</param>
internal sealed record StepAdapter(AdapterLayout Layout, StateLayout State, float[] A)
{
    public static StepAdapter Create(LocalModel model, DecidedAdapter options, ulong seed)
    {
        var layout = AdapterLayouts.Of(model, options);
        var fresh = LoraAdapter.CreateFresh(
            layout.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            options.Rank,
            (float)options.Alpha,
            seed
        );
        return new StepAdapter(layout, fresh.Layout, [.. fresh.Modules.SelectMany(module => module.A)]);
    }
}
