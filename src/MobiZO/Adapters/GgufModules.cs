using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Families;

namespace MobiZO.Adapters;

/// <summary>The linear layers of a model under the names and in the order of rows that GGUF files give their weights.</summary>
internal sealed class GgufModules
{
    private readonly Dictionary<string, LinearDescription> _byModule = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinearDescription> _byTensor = new(StringComparer.Ordinal);

    /// <param name="model">The model.</param>
    /// <exception cref="CheckpointException">Its family has no name in GGUF files.</exception>
    public GgufModules(ModelDescription model)
    {
        var type = model.Config.ModelType;
        Architecture =
            ModelFamilies.FindByModelType(type)?.GgufArchitecture
            ?? throw new CheckpointException($"model_type '{type}' has no form in GGUF files, so there are no GGUF adapters for it.");
        foreach (var linear in model.Layers.SelectMany(layer => layer.Linears))
        {
            _byModule.Add(linear.Module, linear);
            if (linear.Weight.GgufName is { } name)
            {
                _byTensor.Add(name, linear);
            }
        }
    }

    /// <summary>The family as <c>general.architecture</c> has it.</summary>
    public string Architecture { get; }

    /// <summary>The layer whose weight has a name in GGUF files; null when there is none.</summary>
    public LinearDescription? FindByTensor(string name) => _byTensor.GetValueOrDefault(name);

    /// <summary>The layer of a module, with a name and an order of rows in GGUF files.</summary>
    /// <exception cref="CheckpointException">The model has no such module, or GGUF files have no such tensor.</exception>
    public LinearDescription ByModule(string name)
    {
        if (!_byModule.TryGetValue(name, out var linear))
        {
            throw new CheckpointException(
                $"The model has no linear layer '{name}', which the adapter acts on. Use the model it was made on."
            );
        }

        return linear.Weight is { GgufName: not null } weight && (weight.GgufForm == StoredForm.AsRead || StoredRows.AreMoved(weight))
            ? linear
            : throw new CheckpointException(
                $"'{name}': GGUF files of {Architecture} hold this matrix in a form that adapters cannot follow."
            );
    }

    /// <summary>B [out, r] with its rows as GGUF files order those of the weight, from the order of programs.</summary>
    public static float[] ToStored(ModelTensor weight, float[] b, int rank) => Reordered(weight, b, rank, isToStored: true);

    /// <summary>B [out, r] with its rows in the order of programs, from that of GGUF files.</summary>
    public static float[] FromStored(ModelTensor weight, float[] b, int rank) => Reordered(weight, b, rank, isToStored: false);

    private static float[] Reordered(ModelTensor weight, float[] b, int rank, bool isToStored)
    {
        if (!StoredRows.AreMoved(weight))
        {
            return b;
        }

        var reordered = new float[b.Length];
        for (var row = 0; row < weight.Shape[0]; row++)
        {
            var stored = (int)StoredRows.Of(weight, row);
            var (from, to) = isToStored ? (row, stored) : (stored, row);
            b.AsSpan(from * rank, rank).CopyTo(reordered.AsSpan(to * rank));
        }

        return reordered;
    }
}
