using System.Diagnostics;
using System.Text.Json;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Runs;
using MobiZO.Training;
using TorchSharp;

namespace MobiZO.TorchAnchor;

/// <summary>The rows, order and initial adapter of a run, trained by PyTorch.</summary>
internal sealed class AnchorRun : IDisposable
{
    private const int HeldOutRows = 16;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly LocalModel _model;
    private readonly TorchModel _torch;
    private readonly ExampleOrder _order;
    private readonly RunFolder _folder;
    private readonly double _rate;
    private readonly (int[] Prompt, int[] Answer, int Start)[] _train;
    private readonly (int[] Prompt, int[] Answer, int Start)[] _held;
    private double _stepSeconds;

    /// <param name="run">The run folder.</param>
    /// <param name="rate">Peak learning rate of AdamW.</param>
    public AnchorRun(string run, double rate)
    {
        (_folder, _rate) = (new RunFolder(run), rate);
        var options = _folder.ReadConfig();
        _model = LocalModel.Open(options.Model, options.Engine);
        var rows = RunRows.Read(options, _model);
        var adapter = AdapterFiles.Load(_folder.InitialAdapterFolder);
        var start = AdapterStart.Of(adapter, AdapterLayouts.Of(_model.Assembler, adapter), rows.HasSingleRows);
        (int[], int[], int) Of(EncodedExample row) => (row.PromptIds, row.AnswerIds, start.TokenOf(row));
        _train = [.. rows.Train.Select(Of)];
        _held = [.. rows.Eval.OrderBy(row => row.Length).Select(Of)];
        _torch = new TorchModel(_model, adapter, theta: 100_000, epsilon: 1e-5);
        _order = new ExampleOrder(_train.Length, options.ExamplesInForce, options.Seed);
    }

    /// <summary>Trains as the run does: a linear schedule without warm-up, clipping by norm 1, no weight decay.</summary>
    /// <param name="steps">Steps.</param>
    /// <param name="every">Steps between two evaluations.</param>
    /// <param name="compare">Whether the first gradient is compared with the one that the run recorded.</param>
    public void Train(int steps, int every, bool compare)
    {
        var adam = torch.optim.AdamW(_torch.Trained, _rate, weight_decay: 0);
        Tell(0, null);
        for (var step = 0; step < steps; step++)
        {
            using var scope = torch.NewDisposeScope();
            var began = _watch.Elapsed.TotalSeconds;
            adam.zero_grad();
            var (sum, count) = _torch.AnswerLoss([.. _order.IndicesOf(step).Select(index => _train[index])]);
            var loss = sum / count;
            loss.backward();
            if (step == 0 && compare)
            {
                Compare();
            }

            adam.ParamGroups.First().LearningRate = _rate * (1 - (step / (double)steps));
            torch.nn.utils.clip_grad_norm_(_torch.Trained, 1);
            adam.step();
            _stepSeconds += _watch.Elapsed.TotalSeconds - began;
            if ((step + 1) % every == 0)
            {
                Tell(step + 1, loss.item<float>());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private double HeldOut()
    {
        using var noGradients = torch.no_grad();
        var (sum, count) = (0d, 0);
        foreach (var part in _held.Chunk(HeldOutRows))
        {
            using var scope = torch.NewDisposeScope();
            var (loss, tokens) = _torch.AnswerLoss(part);
            sum += loss.item<float>();
            count += tokens;
        }

        return sum / count;
    }

    private void Tell(int step, double? loss) =>
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    step,
                    rate = _rate,
                    held_out_loss = HeldOut(),
                    loss,
                    step_seconds = _stepSeconds,
                    seconds = _watch.Elapsed.TotalSeconds,
                    peak_memory_bytes = ProcessMemory.Peak(),
                }
            )
        );

    /// <summary>The cosine between PyTorch's gradient of the first step and the one that the run recorded (bfloat16).</summary>
    private void Compare()
    {
        float[] mine = [.. _torch.Trained.SelectMany(b => b.grad!.data<float>().ToArray())];
        var bytes = File.ReadAllBytes(_folder.GradientsFile);
        var (dot, a, b) = (0d, 0d, 0d);
        for (var index = 0; index < mine.Length; index++)
        {
            double recorded = BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes, 2 * index) << 16);
            dot += mine[index] * recorded;
            a += (double)mine[index] * mine[index];
            b += recorded * recorded;
        }

        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    cosine_of_first_gradient = dot / Math.Sqrt(a * b),
                    norm = Math.Sqrt(a),
                    norm_of_run = Math.Sqrt(b),
                }
            )
        );
    }
}
