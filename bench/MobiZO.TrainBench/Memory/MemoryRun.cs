using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TrainBench.Machine;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Memory;

/// <summary>
/// Does one task through the library's public doors and tells the resident peak of this process, which is meant to do nothing else.
/// </summary>
internal static class MemoryRun
{
    private const int NewTokens = 16;
    private const string Question = @"{text}\nAnswer:";

    public static async Task<long> RunAsync(MemorySettings settings)
    {
        var engine = WeightFormat.Find(settings.Format).Apply(new EngineOptions { Threads = settings.Threads });
        var data = new DataOptions { Template = Question, Choices = ["no", "yes"] };
        switch (settings.Task)
        {
            case MemoryTask.Inference:
                using (var model = LocalModel.Open(settings.Model, engine))
                {
                    using var generator = new TextGenerator(model);
                    var text = (await File.ReadAllLinesAsync(settings.Rows))[1].Split('\t')[0];
                    await generator.GenerateAsync(text, new GenerationOptions { MaxNewTokens = NewTokens });
                }

                break;
            case MemoryTask.Evaluation:
                await ModelEvaluation.RunAsync(
                    new EvaluationOptions
                    {
                        Model = settings.Model,
                        DataFile = settings.Rows,
                        Data = data,
                        Engine = engine,
                    }
                );
                break;
            default:
                await new FineTuner(
                    new FineTuneOptions
                    {
                        Model = settings.Model,
                        TrainData = settings.Rows,
                        Output = Path.Combine(settings.WorkFolder, "run"),
                        Data = data,
                        Engine = engine,
                        Adapter = new AdapterOptions
                        {
                            Scope = settings.Task == MemoryTask.TrainingAll ? AdapterScope.All : AdapterScope.Activated,
                        },
                        Optimizer = new OptimizerOptions
                        {
                            Estimator = EstimatorKind.TwoSided,
                            Queries = settings.Queries,
                            LearningRate = 1e-4f,
                        },
                        Steps = settings.Steps,
                        ExamplesPerStep = settings.Examples,
                        EvalEvery = 0,
                        PrefixCacheFile = settings.Task != MemoryTask.TrainingActivatedFirst,
                    }
                ).TrainAsync();
                break;
        }

        return ResidentPeak.Bytes;
    }
}
