using System.CommandLine;
using MobiZO.Checkpoints;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Models;
using MobiZO.Reporting;

namespace MobiZO.Cli.Commands;

/// <summary>Says what a model is and what an adapter on it would train.</summary>
internal static class InspectCommand
{
    public const string Name = "inspect";
    public const string Summary = "Says what a model is and what an adapter on it would train.";

    private const string Usage = "--model <path> [options]";
    private const string Example = "mobizo inspect --model models/nano --target-modules all-linear --r 16";

    public static Command Create()
    {
        var groups = FineTuneOptionGroups.ForInspection();
        var json = OutputFlags.Json();
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        foreach (var group in groups.All)
        {
            command.Add(group.ToSection());
        }

        command.Add(OutputFlags.Section(json));
        command.SetAction(result =>
        {
            var options = groups.Bind(result, FineTuneOptionGroups.Defaults);
            using var model = ModelArgument.Open(options, new WarningLines(result.InvocationConfiguration.Error));
            var (facts, adapter) = (ModelFacts.Of(model), AdapterPreview.Of(model, options));
            var held = HeldWeights.Of(model, model.Weights);
            var lines = result.GetValue(json)
                ?
                [
                    ReportJson.Write(
                        new
                        {
                            Model = facts,
                            Adapter = adapter,
                            Held = held,
                        }
                    ),
                ]
                : Lines(facts, adapter, held, model.Weights);
            foreach (var line in lines)
            {
                result.InvocationConfiguration.Output.WriteLine(line);
            }
        });
        return command;
    }

    private static IEnumerable<string> Lines(
        ModelFacts facts,
        AdapterPreview adapter,
        IReadOnlyList<StoredTypeShare> held,
        WeightFormat weights
    ) =>
        [
            .. ModelText.Lines(facts),
            ModelText.Trainable(adapter.TrainableParameters, adapter.BaseParameters, adapter.Modules.Count),
            $"{WeightFormats.NameOf(weights)} weights hold "
                + string.Join("; ", held.Select(share => $"{share.Tensors} tensors as {share.Type} ({Quantity.Bytes(share.Bytes)})")),
            $"a training run with {WeightFormats.NameOf(weights)} weights would take about {Quantity.Bytes(adapter.EstimatedMemoryBytes)} "
                + (
                    adapter.MostGradientBytes > 0
                        ? $"of memory and up to {Quantity.Bytes(adapter.MostGradientBytes)} more for the exact gradient of long rows, "
                        : "of memory, "
                )
                + "cached prompts left out",
        ];
}
