# Beside spot-node-group.tf: two nodes on demand that are always there, and an empty on-demand group that the fallback fills
# while spot is short, as MixedCapacity in examples/cdk makes them.

resource "aws_eks_node_group" "baseline" {
  cluster_name    = var.cluster_name
  node_group_name = "inference-baseline"
  node_role_arn   = var.node_role_arn
  subnet_ids      = var.subnet_ids
  capacity_type   = "ON_DEMAND"
  # The first that can be had is taken.
  instance_types = var.instance_types
  ami_type       = "AL2023_x86_64_NVIDIA"

  scaling_config {
    min_size     = 2
    max_size     = 2
    desired_size = 2
  }

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  labels = {
    "capacity-type" = "on-demand"
    "workload-type" = "inference"
  }
}

resource "aws_eks_node_group" "fallback" {
  cluster_name    = var.cluster_name
  node_group_name = "inference-fallback"
  node_role_arn   = var.node_role_arn
  subnet_ids      = var.subnet_ids
  capacity_type   = "ON_DEMAND"
  instance_types  = var.instance_types
  ami_type        = "AL2023_x86_64_NVIDIA"

  scaling_config {
    min_size     = 0
    max_size     = 5
    desired_size = 0
  }

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  labels = {
    "capacity-type"       = "on-demand"
    "workload-type"       = "inference"
    "spot-responder/pool" = "inference"
  }

  # The spot taint: what runs on spot runs here, and nothing else keeps a node from returning.
  taint {
    key    = "capacity-type"
    value  = "spot"
    effect = "NO_SCHEDULE"
  }

  tags = {
    "spot-responder/pool" = "inference"
    "spot-responder/role" = "fallback"
  }

  # Else the next apply takes the fallback's nodes away.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}
